internal import Tensors
internal import Threading

/// ONNX `LayerNormalization`: each row, the axes from `axis` on taken together, less its mean and divided by
/// its standard deviation.
struct LayerNormalization: Operator {
    private let axis: Int
    private let normalization: RowNormalization
    private let outputCount: Int

    init(_ node: OperatorNode) throws(OperatorError) {
        axis = try node.attributes.int("axis", default: -1)
        normalization = RowNormalization(
            epsilon: try node.attributes.float("epsilon", default: 1e-5), subtractsMean: true)
        outputCount = node.outputCount
    }

    func run(_ inputs: OperatorInputs, _ context: OperatorContext) throws(OperatorError) -> [Tensor] {
        let x = try inputs.tensor(0, "X", .float32, .float64, .float16, .bfloat16)
        _ = try inputs.tensor(1, "Scale")
        let result = try normalization.run(
            x, axis: axis, scale: inputs[1], bias: inputs[2], context)
        guard outputCount > 1 else { return [result] }
        let statistics = try normalization.statistics(x, axis: axis, on: context.pool)
        return [result, statistics.means, statistics.inverseDeviations]
    }
}

/// `SimplifiedLayerNormalization`, which ONNX Runtime's optimised graphs hold in the default domain: each
/// row divided by its root mean square.
struct SimplifiedLayerNormalization: Operator {
    private let axis: Int
    private let normalization: RowNormalization
    private let outputCount: Int

    init(_ node: OperatorNode) throws(OperatorError) {
        axis = try node.attributes.int("axis", default: -1)
        normalization = RowNormalization(
            epsilon: try node.attributes.float("epsilon", default: 1e-5), subtractsMean: false)
        outputCount = node.outputCount
    }

    func run(_ inputs: OperatorInputs, _ context: OperatorContext) throws(OperatorError) -> [Tensor] {
        let x = try inputs.tensor(0, "X", .float32, .float64, .float16, .bfloat16)
        _ = try inputs.tensor(1, "scale")
        let result = try normalization.run(x, axis: axis, scale: inputs[1], bias: nil, context)
        guard outputCount > 1 else { return [result] }
        let statistics = try normalization.statistics(x, axis: axis, on: context.pool)
        return [result, statistics.inverseDeviations]
    }
}
