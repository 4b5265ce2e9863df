internal import Tensors

/// `Reshape` and `Transpose` in one step: how projections become heads.
///
/// Inputs: data and shape, as of ONNX's `Reshape`. Output: a view, unless the data cannot be reshaped in place.
/// Attributes: those of both operators.
struct ReshapeTranspose: Operator {
    private let reshape: Reshape
    private let transpose: Transpose

    init(_ node: OperatorNode) throws(OperatorError) {
        reshape = try Reshape(node)
        transpose = try Transpose(node)
    }

    func run(_ inputs: OperatorInputs, _ context: OperatorContext) throws(OperatorError) -> [Tensor] {
        try transpose.run(OperatorInputs(try reshape.run(inputs, context)), context)
    }
}
