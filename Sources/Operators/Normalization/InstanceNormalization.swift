internal import Tensors
internal import Threading

/// ONNX `InstanceNormalization`: each channel of each image by itself, then a scale and bias by channel.
struct InstanceNormalization: Operator {
    private let normalization: RowNormalization

    init(_ node: OperatorNode) throws(OperatorError) {
        normalization = RowNormalization(
            epsilon: try node.attributes.float("epsilon", default: 1e-5), subtractsMean: true)
    }

    func run(_ inputs: OperatorInputs, _ context: OperatorContext) throws(OperatorError) -> [Tensor] {
        let input = try inputs.tensor(0, "input", .float32, .float64, .float16, .bfloat16)
        guard input.rank >= 2 else { throw .invalid("normalisation of shape \(input.shape)") }
        return [
            try normalization.runGroups(
                of: input, groups: input.shape[1], scale: try inputs.tensor(1, "scale", input.elementType),
                bias: try inputs.tensor(2, "B", input.elementType), context)
        ]
    }
}

/// ONNX `GroupNormalization`: each group of channels of each image by itself, then a scale and bias by
/// channel, or by group before opset 21.
struct GroupNormalization: Operator {
    private let normalization: RowNormalization
    private let groups: Int

    init(_ node: OperatorNode) throws(OperatorError) {
        normalization = RowNormalization(
            epsilon: try node.attributes.float("epsilon", default: 1e-5), subtractsMean: true)
        groups = try node.attributes.requiredInt("num_groups")
    }

    func run(_ inputs: OperatorInputs, _ context: OperatorContext) throws(OperatorError) -> [Tensor] {
        let input = try inputs.tensor(0, "X", .float32, .float64, .float16, .bfloat16)
        guard input.rank >= 2, groups > 0, input.shape[1] % groups == 0 else {
            throw .invalid("normalisation of shape \(input.shape) in \(groups) groups")
        }
        return [
            try normalization.runGroups(
                of: input, groups: groups, scale: try inputs.tensor(1, "scale", input.elementType),
                bias: try inputs.tensor(2, "bias", input.elementType), context)
        ]
    }
}

extension RowNormalization {
    /// Normalises equal groups of the channels (axis 1) of each image (axis 0).
    ///
    /// - Parameters:
    ///   - scale: a factor for each channel, or for each group.
    ///   - bias: likewise.
    fileprivate func runGroups(
        of x: Tensor, groups: Int, scale: Tensor, bias: Tensor, _ context: OperatorContext
    ) throws(OperatorError) -> Tensor {
        let (images, channels) = (x.shape[0], x.shape[1])
        guard x.elementCount > 0 else { return x }
        let size = x.elementCount / (images * channels)
        let perGroup = channels / groups
        func factor(_ tensor: Tensor, _ name: String) throws(OperatorError) -> Tensor {
            let shape: Shape = [1, groups, perGroup, 1]
            if tensor.shape == [channels] { return tensor.reshaped(shape) }
            guard tensor.shape == [groups] else {
                throw .invalid("\(name) of shape \(tensor.shape) for \(channels) channels")
            }
            return tensor.reshaped([1, groups, 1, 1])
        }
        return try run(
            x.reshaped([images, groups, perGroup, size]), axis: 2, scale: try factor(scale, "scale"),
            bias: try factor(bias, "bias"), context
        ).reshaped(x.shape)
    }
}
