import Tensors

/// ONNX Shape: dimensions of the input from `start` to `end` (since opset 15).
struct ShapeOf: Operator {
    private let start: Int
    private let end: Int?

    init(_ node: OperatorNode) throws(OperatorError) {
        start = try node.attributes.int("start", default: 0)
        end = try node.attributes.int("end")
    }

    func run(_ inputs: OperatorInputs, _ context: OperatorContext) throws(OperatorError) -> [Tensor] {
        let shape = try inputs.tensor(0, "data").shape
        let start = Self.clamp(start, shape.rank)
        let end = Self.clamp(end ?? shape.rank, shape.rank)
        return [Tensor(shape[start..<max(start, end)].map { Int64($0) })]
    }

    private static func clamp(_ axis: Int, _ rank: Int) -> Int {
        max(0, min(rank, axis < 0 ? axis + rank : axis))
    }
}

/// ONNX Size: the number of elements.
struct Size: Operator {
    init(_ node: OperatorNode) {}

    func run(_ inputs: OperatorInputs, _ context: OperatorContext) throws(OperatorError) -> [Tensor] {
        [Tensor(scalar: Int64(try inputs.tensor(0, "data").elementCount))]
    }
}
