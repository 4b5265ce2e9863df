internal import Kernels
internal import Tensors
internal import Threading

/// A convolution with its weights, for images of one size.
struct ConvolutionLayer {
    private let geometry: ConvolutionGeometry
    private let groups: Int
    private let weights: Tensor
    private let bias: Tensor?
    /// What the kernels take; nil where the products are those of BLAS.
    private let packedWeights: ConvolutionWeights?

    /// Checks weights and bias against each other and the images.
    ///
    /// - Parameters:
    ///   - images: `[images, channels, …]`
    ///   - inputs: X and, for each layer, W and B.
    ///   - index: of the layer.
    init(
        _ convolution: Conv, of images: Shape, _ inputs: OperatorInputs, _ index: Int,
        _ context: OperatorContext
    ) throws(OperatorError) {
        let pool = context.pool
        let type = try inputs.tensor(0, "X").elementType
        guard let weights = try inputs.widened(1 + 2 * index, "W", like: type, on: pool) else {
            throw .missingInput(name: "W")
        }
        let bias = try inputs.widened(2 + 2 * index, "B", like: type, on: pool)?.contiguous()
        guard images.rank >= 3, weights.rank == images.rank else {
            throw .invalid("convolution of shape \(images) by weights of shape \(weights.shape)")
        }
        let groups = convolution.groups
        guard weights.shape[1].multipliedReportingOverflow(by: groups) == (images[1], false),
            weights.shape[0] % groups == 0
        else {
            throw .invalid(
                "weights of shape \(weights.shape) for input of shape \(images) in \(groups) groups")
        }
        if let bias, bias.shape != [weights.shape[0]] {
            throw .invalid("bias of shape \(bias.shape) for \(weights.shape[0]) channels")
        }
        geometry = try ConvolutionGeometry(convolution.window, input: images, weights: weights.shape)
        self.groups = groups
        self.bias = bias
        if groups == 1, weights.elementType == .float32, let shape = geometry.kernelShape(channels: images[1])
        {
            let plain = weights.isContiguous ? weights : weights.contiguous()
            let (rows, columns) = (plain.shape[0], plain.shape.dropFirst().reduce(1, *))
            let matrix = MatrixOperand(plain.bytes, rows: rows, columns: columns, stride: columns)
            packedWeights = context.kernels.packConvolution(matrix, shape, on: pool)
            self.weights = plain
        } else {
            packedWeights = nil
            self.weights = weights
        }
    }

    func resultShape(images: Int) throws(OperatorError) -> Shape {
        try .result([images, weights.shape[0]] + geometry.output)
    }

    /// Of one image.
    var resultBytes: Int { weights.shape[0] * geometry.outputCount * weights.elementType.byteWidth }

    /// - Parameters:
    ///   - images: of the shape that the layer was made for, any number of them.
    ///   - gelu: whether the result is the `Gelu` of the convolution.
    func run(_ images: Tensor, gelu: Bool, _ context: OperatorContext) throws(OperatorError) -> Tensor {
        let input = images.widened(on: context.pool).contiguous()
        let resultShape = try resultShape(images: images.shape[0])
        var result: Tensor
        if let packedWeights {
            result = .build(Float.self, resultShape) { output in
                context.kernels.convolve(
                    input.span(Float.self), images: input.shape[0], weights: packedWeights,
                    bias: bias?.span(Float.self), activation: gelu ? .gelu : .none, into: &output,
                    on: context.pool)
            }
        } else {
            result =
                if input.elementType == .float64 {
                    try Convolution<Double>(geometry, input, weights, bias, groups: groups)
                        .run(on: context.pool)
                } else {
                    try Convolution<Float>(geometry, input, weights, bias, groups: groups)
                        .run(on: context.pool)
                }
            if gelu { result = result.gelu(context) }
        }
        return result.narrowed(to: images.elementType, on: context.pool)
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
