internal import CSIMD
package import Threading

/// A window's way over images, with padding that is 0.
package struct ConvolutionShape: Sendable {
    package var channels: Int
    package var height: Int
    package var width: Int
    package var window: (height: Int, width: Int)
    package var strides: (rows: Int, columns: Int)
    package var dilations: (rows: Int, columns: Int)
    /// Rows of padding above and columns of padding on the left; what lies beyond the other ends is 0 too.
    package var padding: (top: Int, left: Int)
    package var output: (height: Int, width: Int)

    package init(
        channels: Int, height: Int, width: Int, window: (height: Int, width: Int),
        strides: (rows: Int, columns: Int) = (1, 1), dilations: (rows: Int, columns: Int) = (1, 1),
        padding: (top: Int, left: Int) = (0, 0), output: (height: Int, width: Int)
    ) {
        self.channels = channels
        self.height = height
        self.width = width
        self.window = window
        self.strides = strides
        self.dilations = dilations
        self.padding = padding
        self.output = output
    }
}

extension KernelTable {
    /// Convolution of images, `act(W * X + bias)`, without a matrix of patches: the product's panels are
    /// gathered from the images.
    ///
    /// - Parameters:
    ///   - input: `[images, channels, height, width]`
    ///   - weights: `[output channels, channels · window height · window width]`
    ///   - bias: one number for each output channel.
    ///   - output: `[images, output channels, output height, output width]`
    package func convolve(
        _ input: Span<Float>, images: Int, _ shape: ConvolutionShape, weights: PackedRows,
        bias: Span<Float>?, activation: ProductEpilogue.Activation = .none,
        into output: inout MutableSpan<Float>, on pool: ThreadPool
    ) {
        let outputChannels = weights.rows
        let depth = shape.channels * shape.window.height * shape.window.width
        let positions = shape.output.height * shape.output.width
        let imageSize = shape.channels * shape.height * shape.width
        precondition(input.count == images * imageSize && weights.columns == depth)
        precondition(output.count == images * outputChannels * positions)
        precondition(shape.strides.rows > 0 && shape.strides.columns > 0)
        if let bias { precondition(bias.count == outputChannels) }
        guard output.count > 0 else { return }
        let patches = CSIMDPatches(
            height: shape.height, width: shape.width, window_height: shape.window.height,
            window_width: shape.window.width, row_stride: shape.strides.rows,
            column_stride: shape.strides.columns, row_dilation: shape.dilations.rows,
            column_dilation: shape.dilations.columns, top: shape.padding.top, left: shape.padding.left,
            output_width: shape.output.width)
        withOptionalPointer(bias) { bias in
            input.withUnsafeBytes { input in
                output.withUnsafeMutableBufferPointer { output in
                    guard let c = output.baseAddress else { return }
                    withUnsafePointer(to: patches) { patches in
                        multiply(
                            CSIMDProduct(
                                a: weights.tiles, b: input.baseAddress ?? UnsafeRawPointer(c), b_row_bytes: 0,
                                b_is_transposed: false, patches: patches, n: positions, column_bias: nil,
                                row_bias: bias, activation: activation.code, residual: nil,
                                residual_stride: 0, c: c, c_stride: positions),
                            batch: images, bStep: imageSize * 4, cStep: outputChannels * positions, on: pool)
                    }
                }
            }
        }
        withExtendedLifetime(weights) {}
    }
}
