internal import Tensors

/// ONNX `Conv`: convolution over any number of spatial axes, in groups of channels.
struct Conv: Operator {
    let window: ConvolutionWindow
    let groups: Int

    init(_ node: OperatorNode) throws(OperatorError) {
        window = try ConvolutionWindow(node.attributes)
        groups = try node.attributes.int("group", default: 1)
        guard groups > 0 else { throw .attribute(name: "group", reason: "is \(groups)") }
    }

    func run(_ inputs: OperatorInputs, _ context: OperatorContext) throws(OperatorError) -> [Tensor] {
        let x = try Self.images(inputs)
        return [try ConvolutionLayer(self, of: x.shape, inputs, 0, context).run(x, gelu: false, context)]
    }

    static func images(_ inputs: OperatorInputs) throws(OperatorError) -> Tensor {
        try inputs.tensor(0, "X", .float32, .float64, .float16, .bfloat16)
    }
}

/// `Gelu` of a `Conv`, whose inputs and attributes it has. More pairs of weights and bias are more layers: the
/// same of what the one before gives.
struct ConvGelu: Operator {
    let convolution: Conv

    init(_ node: OperatorNode) throws(OperatorError) {
        convolution = try Conv(node)
    }

    func run(_ inputs: OperatorInputs, _ context: OperatorContext) throws(OperatorError) -> [Tensor] {
        let x = try Conv.images(inputs)
        var layers: [ConvolutionLayer] = []
        var shape = x.shape
        for index in 0..<Self.layerCount(inputs: inputs.count) {
            let layer = try ConvolutionLayer(convolution, of: shape, inputs, index, context)
            shape = try layer.resultShape(images: shape[0])
            layers.append(layer)
        }
        return [try Self.run(layers[...], x, context)]
    }

    static func layerCount(inputs: Int) -> Int { max(1, inputs / 2) }

    /// Each layer takes so few images that what lies before it, which is far more than comes out in the end, takes
    /// little memory: what was there for one part serves the next.
    private static func run(
        _ layers: ArraySlice<ConvolutionLayer>, _ images: Tensor, _ context: OperatorContext
    ) throws(OperatorError) -> Tensor {
        guard let layer = layers.last else { return images }
        let count = images.shape[0]
        guard let before = layers.dropLast().last else { return try layer.run(images, gelu: true, context) }
        let fitting = max(1, bytesAtOnce / max(1, before.resultBytes))
        let rounds = max(1, (count + fitting - 1) / fitting)
        var parts: [Tensor] = []
        for round in 0..<rounds {
            let (first, end) = (round * count / rounds, (round + 1) * count / rounds)
            let input = try run(
                layers.dropLast(), images.sliced(axis: 0, start: first, count: end - first), context)
            parts.append(try layer.run(input, gelu: true, context))
        }
        return parts.count == 1 ? parts[0] : try .concatenated(parts, axis: 0, context)
    }

    private static let bytesAtOnce = 7 << 20
}
