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

/// The weights of a convolution in the order in which the kernels read them.
package struct ConvolutionWeights: Sendable {
    fileprivate let shape: ConvolutionShape
    fileprivate let rows: PackedRows
    /// Whether `WinogradKernels` take them, not `ProductKernels`.
    fileprivate let areForWinograd: Bool
}

extension ConvolutionShape {
    fileprivate var depth: Int { channels * window.height * window.width }

    /// Of 2 × 2 outputs.
    fileprivate var cells: Int { (output.height + 1) / 2 * ((output.width + 1) / 2) }

    /// Whether `WinogradKernels` compute it with less work: 25 multiplications a cell and channel, and some more to
    /// transform each channel, which few channels would not repay.
    fileprivate var suitsWinograd: Bool {
        // In floats: a file may ask for more outputs than the products of integers hold.
        window == (3, 3) && strides == (2, 2) && dilations == (1, 1) && channels >= 16
            && 25 * Double(cells) <= 0.9 * 9 * Double(output.height) * Double(output.width)
    }
}

extension KernelTable {
    /// Copies the weights of a convolution for ``convolve(_:images:weights:bias:activation:into:on:)``.
    ///
    /// - Parameter weights: `[output channels, channels · window height · window width]`
    package func packConvolution(
        _ weights: borrowing MatrixOperand, _ shape: ConvolutionShape, on pool: ThreadPool
    ) -> ConvolutionWeights {
        precondition(weights.columns == shape.depth)
        precondition(shape.strides.rows > 0 && shape.strides.columns > 0)
        let products = functions.products
        let areForWinograd = shape.suitsWinograd
        let pack = areForWinograd ? products.packWinogradTiles : products.packTiles
        return ConvolutionWeights(
            shape: shape, rows: packRows(weights, by: pack, on: pool), areForWinograd: areForWinograd)
    }

    /// Convolution of images, `act(W * X + bias)`, without a matrix of patches: the products' panels are
    /// gathered from the images.
    ///
    /// Windows of 3 × 3 with strides of 2 are computed by Winograd's method where that is less work: it takes 25
    /// multiplications instead of 36 and rounds the results a little differently.
    ///
    /// - Parameters:
    ///   - input: `[images, channels, height, width]`
    ///   - bias: one number for each output channel.
    ///   - output: `[images, output channels, output height, output width]`
    package func convolve(
        _ input: Span<Float>, images: Int, weights: ConvolutionWeights, bias: Span<Float>?,
        activation: ProductEpilogue.Activation = .none, into output: inout MutableSpan<Float>,
        on pool: ThreadPool
    ) {
        let shape = weights.shape
        let positions = shape.output.height * shape.output.width
        precondition(input.count == images * shape.channels * shape.height * shape.width)
        precondition(output.count == images * weights.rows.rows * positions)
        if let bias { precondition(bias.count == weights.rows.rows) }
        guard output.count > 0 else { return }
        withOptionalPointer(bias) { bias in
            input.withUnsafeBufferPointer { input in
                output.withUnsafeMutableBufferPointer { output in
                    guard let c = output.baseAddress else { return }
                    // An image without numbers is all padding.
                    let input = input.baseAddress ?? UnsafePointer(c)
                    if weights.areForWinograd {
                        convolveByWinograd(input, images, weights, bias, activation, c, on: pool)
                    } else {
                        convolveByPatches(input, images, weights, bias, activation, c, on: pool)
                    }
                }
            }
        }
        withExtendedLifetime(weights) {}
    }

    private func convolveByPatches(
        _ input: UnsafePointer<Float>, _ images: Int, _ weights: ConvolutionWeights,
        _ bias: UnsafePointer<Float>?, _ activation: ProductEpilogue.Activation,
        _ c: UnsafeMutablePointer<Float>, on pool: ThreadPool
    ) {
        let shape = weights.shape
        let positions = shape.output.height * shape.output.width
        let patches = CSIMDPatches(
            height: shape.height, width: shape.width, window_height: shape.window.height,
            window_width: shape.window.width, row_stride: shape.strides.rows,
            column_stride: shape.strides.columns, row_dilation: shape.dilations.rows,
            column_dilation: shape.dilations.columns, top: shape.padding.top, left: shape.padding.left,
            output_width: shape.output.width)
        withUnsafePointer(to: patches) { patches in
            multiply(
                CSIMDProduct(
                    a: weights.rows.tiles, b: input, b_row_bytes: 0, b_is_transposed: false, patches: patches,
                    n: positions, column_bias: nil, row_bias: bias, activation: activation.code,
                    residual: nil, residual_stride: 0, c: c, c_stride: positions,
                    c_is_streamed: StreamedResult.isOne(c, rows: weights.rows.rows, stride: positions)),
                batch: images, bStep: shape.channels * shape.height * shape.width * 4,
                cStep: weights.rows.rows * positions, on: pool)
        }
    }

    private func convolveByWinograd(
        _ input: UnsafePointer<Float>, _ images: Int, _ weights: ConvolutionWeights,
        _ bias: UnsafePointer<Float>?, _ activation: ProductEpilogue.Activation,
        _ c: UnsafeMutablePointer<Float>, on pool: ThreadPool
    ) {
        let (functions, shape) = (functions.products, weights.shape)
        nonisolated(unsafe) let convolution = CSIMDWinograd(
            a: weights.rows.tiles, input: input, channels: shape.channels, height: shape.height,
            width: shape.width, top: shape.padding.top, left: shape.padding.left,
            output_height: shape.output.height, output_width: shape.output.width, row_bias: bias,
            activation: activation.code, c: c)
        multiply(
            convolution.a, columns: images * shape.cells, batch: 1, blockRows: 240,
            scratchBytes: { functions.winogradScratchBytes(convolution, $0) }, on: pool
        ) { _, tiles, columns, scratch in
            withUnsafePointer(to: convolution) {
                functions.convolve(
                    $0, tiles.lowerBound, tiles.upperBound, columns.lowerBound, columns.upperBound, scratch)
            }
        }
    }
}
