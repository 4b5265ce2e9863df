import Tensors

/// ONNX Clip: limits as inputs (since opset 11) or as attributes; where they cross, the upper one wins.
struct Clip: Operator {
    private let lower: Float?
    private let upper: Float?

    init(_ node: OperatorNode) throws(OperatorError) {
        lower = try node.attributes.float("min")
        upper = try node.attributes.float("max")
    }

    func run(_ inputs: OperatorInputs, _ context: OperatorContext) throws(OperatorError) -> [Tensor] {
        var result = try inputs.tensor(0, "input", anyOf: ElementType.numbers)
        let type = result.elementType
        let attributes = (lower: lower.map { Tensor(scalar: $0) }, upper: upper.map { Tensor(scalar: $0) })
        if let lower = try inputs.scalar(1, "min", like: result) ?? attributes.lower {
            result = try Max.apply(result, lower.cast(to: type, context), context)
        }
        if let upper = try inputs.scalar(2, "max", like: result) ?? attributes.upper {
            result = try Min.apply(result, upper.cast(to: type, context), context)
        }
        return [result]
    }
}
