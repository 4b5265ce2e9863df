import Tensors

/// ONNX Transpose: a view; without `perm` the axes are reversed.
struct Transpose: Operator {
    private let permutation: [Int]?

    init(_ node: OperatorNode) throws(OperatorError) {
        permutation = try node.attributes.ints("perm")
        if let permutation {
            guard permutation.sorted() == Array(permutation.indices) else {
                throw .attribute(name: "perm", reason: "\(permutation) is no permutation")
            }
        }
    }

    func run(_ inputs: OperatorInputs, _ context: OperatorContext) throws(OperatorError) -> [Tensor] {
        let data = try inputs.tensor(0, "data")
        let permutation = permutation ?? (0..<data.rank).reversed()
        guard permutation.count == data.rank else {
            throw .invalid("permutation \(permutation) does not fit shape \(data.shape)")
        }
        return [data.transposed(permutation)]
    }
}

/// ONNX Expand: a view repeated along axes of size 1; both shapes broadcast each other.
struct Expand: Operator {
    init(_ node: OperatorNode) {}

    func run(_ inputs: OperatorInputs, _ context: OperatorContext) throws(OperatorError) -> [Tensor] {
        let input = try inputs.tensor(0, "input")
        let target = try Shape.result(try inputs.requiredIntegers(1, "shape"))
        return [input.broadcast(to: try .broadcastResult(input.shape, target))]
    }
}

/// ONNX Tile: repeats the input along each axis.
struct Tile: Operator {
    init(_ node: OperatorNode) {}

    func run(_ inputs: OperatorInputs, _ context: OperatorContext) throws(OperatorError) -> [Tensor] {
        let input = try inputs.tensor(0, "input")
        let repeats = try inputs.requiredIntegers(1, "repeats")
        guard repeats.count == input.rank, repeats.allSatisfy({ $0 >= 0 }) else {
            throw .invalid("repeats \(repeats) do not fit shape \(input.shape)")
        }
        var tiled: [Int] = []
        var result: [Int] = []
        var view = input
        for axis in 0..<input.rank {
            let (length, overflow) = repeats[axis].multipliedReportingOverflow(by: input.shape[axis])
            guard !overflow else { throw .invalid("repeats \(repeats) are too large") }
            result.append(length)
            tiled += [repeats[axis], input.shape[axis]]
            view = view.insertingAxis(2 * axis)
        }
        let shape = try Shape.result(result)
        return [view.broadcast(to: try .result(tiled)).reshaped(shape)]
    }
}
