internal import Tensors

/// ONNX `RMSNormalization` (opset 23): each row, the axes from `axis` on taken together, divided by its root
/// mean square.
struct RMSNormalization: Operator {
    private let axis: Int
    private let normalization: RowNormalization

    init(_ node: OperatorNode) throws(OperatorError) {
        axis = try node.attributes.int("axis", default: -1)
        normalization = RowNormalization(
            epsilon: try node.attributes.float("epsilon", default: 1e-5), subtractsMean: false)
    }

    func run(_ inputs: OperatorInputs, _ context: OperatorContext) throws(OperatorError) -> [Tensor] {
        let x = try inputs.tensor(0, "X", .float32, .float64, .float16, .bfloat16)
        let scale = try inputs.tensor(1, "scale")
        return [try normalization.run(x, axis: axis, scale: scale, bias: nil, context)]
    }
}
