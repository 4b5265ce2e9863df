internal import Kernels
internal import Tensors
internal import Threading

/// ONNX `Conv`: convolution over any number of spatial axes, in groups of channels.
struct Conv: Operator {
    private let window: ConvolutionWindow
    let groups: Int

    init(_ node: OperatorNode) throws(OperatorError) {
        window = try ConvolutionWindow(node.attributes)
        groups = try node.attributes.int("group", default: 1)
        guard groups > 0 else { throw .attribute(name: "group", reason: "is \(groups)") }
    }

    func run(_ inputs: OperatorInputs, _ context: OperatorContext) throws(OperatorError) -> [Tensor] {
        [try run(inputs, gelu: false, context)]
    }

    /// - Parameter gelu: whether the result is the `Gelu` of the convolution.
    func run(
        _ inputs: OperatorInputs, gelu: Bool, _ context: OperatorContext
    ) throws(OperatorError) -> Tensor {
        let pool = context.pool
        let x = try inputs.tensor(0, "X", .float32, .float64, .float16, .bfloat16)
        guard let weights = try inputs.widened(1, "W", like: x.elementType, on: pool) else {
            throw .missingInput(name: "W")
        }
        let bias = try inputs.widened(2, "B", like: x.elementType, on: pool)?.contiguous()
        guard x.rank >= 3, weights.rank == x.rank else {
            throw .invalid("convolution of shape \(x.shape) by weights of shape \(weights.shape)")
        }
        guard weights.shape[1].multipliedReportingOverflow(by: groups) == (x.shape[1], false),
            weights.shape[0] % groups == 0
        else {
            throw .invalid(
                "weights of shape \(weights.shape) for input of shape \(x.shape) in \(groups) groups")
        }
        if let bias, bias.shape != [weights.shape[0]] {
            throw .invalid("bias of shape \(bias.shape) for \(weights.shape[0]) channels")
        }
        let geometry = try ConvolutionGeometry(
            window, input: Array(x.shape.dimensions.dropFirst(2)),
            kernel: Array(weights.shape.dimensions.dropFirst(2)))
        let input = x.widened(on: pool).contiguous()
        if groups == 1, input.elementType == .float32, let shape = geometry.kernelShape(channels: x.shape[1])
        {
            return try Self.convolve(input, shape, weights, bias, activation: gelu ? .gelu : .none, context)
                .reshaped(try Shape.result([x.shape[0], weights.shape[0]] + geometry.output))
                .narrowed(to: x.elementType, on: pool)
        }
        let result =
            if input.elementType == .float64 {
                try Convolution<Double>(geometry, input, weights, bias, groups: groups).run(on: pool)
            } else {
                try Convolution<Float>(geometry, input, weights, bias, groups: groups).run(on: pool)
            }
        return (gelu ? result.gelu(context) : result).narrowed(to: x.elementType, on: pool)
    }
}

/// `Gelu` of a `Conv`, of which it has the inputs and attributes.
struct ConvGelu: Operator {
    let convolution: Conv

    init(_ node: OperatorNode) throws(OperatorError) {
        convolution = try Conv(node)
    }

    func run(_ inputs: OperatorInputs, _ context: OperatorContext) throws(OperatorError) -> [Tensor] {
        [try convolution.run(inputs, gelu: true, context)]
    }
}

extension Conv {
    /// Convolution of float32 images by the kernels.
    ///
    /// - Returns: `[images, output channels, output height, output width]`
    private static func convolve(
        _ input: Tensor, _ shape: ConvolutionShape, _ weights: Tensor, _ bias: Tensor?,
        activation: ProductEpilogue.Activation, _ context: OperatorContext
    ) throws(OperatorError) -> Tensor {
        let plain = weights.isContiguous ? weights : weights.contiguous()
        let resultShape = try Shape.result([
            input.shape[0], weights.shape[0], shape.output.height, shape.output.width,
        ])
        return .build(Float.self, resultShape) { output in
            context.kernels.convolve(
                input.span(Float.self), images: input.shape[0], shape, weights: plain.bytes,
                outputChannels: weights.shape[0], bias: bias?.span(Float.self), activation: activation,
                into: &output, on: context.pool)
        }
    }
}

/// One convolution as products of the weights with columns of input patches.
private struct Convolution<Element: BLASElement>: Sendable {
    let geometry: ConvolutionGeometry
    let input: Tensor
    let weights: Tensor
    let bias: Tensor?
    let groups: Int
    let resultShape: Shape

    /// Most bytes of patches per thread. Larger tiles repack the weights less often.
    private static var scratchBytes: Int { 4 << 20 }

    init(
        _ geometry: ConvolutionGeometry, _ input: Tensor, _ weights: Tensor, _ bias: Tensor?, groups: Int
    ) throws(OperatorError) {
        self.geometry = geometry
        self.input = input
        self.bias = bias
        self.groups = groups
        resultShape = try Shape.result([input.shape[0], weights.shape[0]] + geometry.output)
        let patch = geometry.kernel.reduce(weights.shape[1], *)
        let isReadable = weights.isContiguous || weights.elementCount == 0
        self.weights = (isReadable ? weights : weights.contiguous()).reshaped([weights.shape[0], patch])
        guard max(patch, weights.shape[0], geometry.outputCount) <= BLAS.largestDimension else {
            throw .unsupported("convolution with more than 2^31 columns")
        }
    }

    func run(on pool: ThreadPool) -> Tensor {
        let channels = resultShape[1] / groups
        let patch = weights.shape[1]
        let positions = geometry.outputCount
        guard resultShape.elementCount > 0 else { return .build(Element.self, resultShape) { _ in } }
        // Enough tiles to keep all threads busy, but wide enough for the product to be efficient.
        let images = resultShape[0] * groups
        let fitting = Self.scratchBytes / MemoryLayout<Element>.stride / max(1, patch)
        let balanced = positions * images / (pool.threadCount * 2)
        let tile = max(1, min(positions, max(64, min(fitting, balanced))))
        let tiles = (positions + tile - 1) / tile
        return .build(Element.self, resultShape, parts: images * tiles, on: pool) { parts, output in
            var scratch = [Element](repeating: 0, count: geometry.isPointwise ? 0 : patch * tile)
            for part in parts {
                let (image, index) = part.quotientAndRemainder(dividingBy: tiles)
                let range = index * tile..<min(positions, (index + 1) * tile)
                let group = image % groups
                let offset = image * channels * positions + range.lowerBound
                startWithBias(&output, group * channels..<(group + 1) * channels, offset, range.count)
                let factors = weights.matrix(Element.self, at: 0)
                    .rows(group * channels..<(group + 1) * channels)
                let source = patchSource(image)
                if geometry.isPointwise {
                    let patches = MatrixView(source, rows: patch, columns: positions, rowStride: positions)
                    BLAS.multiply(
                        factors, patches.columns(range), beta: bias == nil ? 0 : 1, into: &output,
                        at: offset, rowStride: positions)
                } else {
                    var columns = scratch.mutableSpan
                    geometry.writePatches(of: source, range, into: &columns)
                    BLAS.multiply(
                        factors,
                        MatrixView(columns.span, rows: patch, columns: range.count, rowStride: range.count),
                        beta: bias == nil ? 0 : 1, into: &output, at: offset, rowStride: positions)
                }
            }
        }
    }

    /// The input channels of one group of one image.
    @_lifetime(borrow self)
    private func patchSource(_ image: Int) -> Span<Element> {
        let size = input.elementCount / (resultShape[0] * groups)
        return input.span(Element.self).extracting(image * size..<(image + 1) * size)
    }

    private func startWithBias(
        _ output: inout MutableSpan<Element>, _ channels: Range<Int>, _ offset: Int, _ count: Int
    ) {
        guard let bias else { return }
        let values = bias.span(Element.self)
        for channel in channels {
            let first = offset + (channel - channels.lowerBound) * geometry.outputCount
            for index in first..<first + count { output[index] = values[channel] }
        }
    }
}
