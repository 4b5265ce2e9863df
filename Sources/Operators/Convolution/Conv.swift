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
        let atOnce = Self.imagesAtOnce(x.shape[0], layers)
        var parts: [Tensor] = []
        for first in stride(from: 0, to: max(1, x.shape[0]), by: atOnce) {
            var images = x.sliced(axis: 0, start: first, count: min(atOnce, x.shape[0] - first))
            for layer in layers { images = try layer.run(images, gelu: true, context) }
            parts.append(images)
        }
        return [parts.count == 1 ? parts[0] : try .concatenated(parts, axis: 0, context)]
    }

    static func layerCount(inputs: Int) -> Int { max(1, inputs / 2) }

    /// So few images that what lies between the layers, which is far more than comes out, takes little memory: what
    /// was there for one part serves the next.
    private static func imagesAtOnce(_ images: Int, _ layers: [ConvolutionLayer]) -> Int {
        guard let largest = layers.dropLast().map(\.resultBytes).max() else { return max(1, images) }
        let fitting = max(1, bytesAtOnce / max(1, largest))
        let rounds = max(1, (images + fitting - 1) / fitting)
        return max(1, (images + rounds - 1) / rounds)
    }

    private static let bytesAtOnce = 7 << 20
}
