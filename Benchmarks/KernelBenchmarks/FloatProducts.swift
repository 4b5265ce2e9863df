import Kernels

extension KernelBenchmarks {
    /// The encoder's linear layers and attention, and the output projection of the last position.
    func addFloatProducts() {
        addMatMul("MatMul", rows: 143, columns: 1024, depth: 1024, isTransposed: true)
        addMatMul("MatMul + bias", rows: 143, columns: 1024, depth: 4096, isTransposed: true)
        addMatMul("MatMul + bias + GELU", rows: 143, columns: 4096, depth: 1024, isTransposed: true)
        addMatMul("MatMul", rows: 143, columns: 1024, depth: 7680, isTransposed: false)
        addMatMul("MatMul", rows: 104, columns: 104, depth: 64, isTransposed: true)
        addMatMul("MatMul", rows: 104, columns: 64, depth: 104, isTransposed: false)
        addMatMul("MatMul", rows: 1, columns: 151_936, depth: 2048, isTransposed: true)
    }

    private func addMatMul(_ kind: String, rows: Int, columns: Int, depth: Int, isTransposed: Bool) {
        let (hasBias, hasGELU) = (kind.contains("bias"), kind.contains("GELU"))
        let size = columns * depth
        let work = rows == 1 ? Work.bytes(4 * size) : .operations(2 * rows * size)
        let order = isTransposed ? ", Bᵀ" : ""
        add("\(kind) \(rows) × \(depth) × \(columns)\(order)", work) { this in
            let a = Self.floats(rows * depth)
            let copies = Self.copies(bytes: 4 * size)
            let b = Self.floats(copies * size)
            let bias = Self.floats(columns)
            var c = [Float](repeating: 0, count: rows * columns)
            return { call in
                let first = call % copies * size
                let weights = b.span.extracting(first..<first + size).bytes
                var span = c.mutableSpan
                this.kernels.matMul(
                    MatrixOperand(a.span, rows: rows, columns: depth),
                    MatrixOperand(
                        weights, rows: depth, columns: columns, stride: isTransposed ? depth : columns,
                        isTransposed: isTransposed),
                    ProductEpilogue(bias: hasBias ? bias.span : nil, activation: hasGELU ? .gelu : .none),
                    into: &span, on: this.pool)
            }
        }
    }

    /// The encoder's three convolutions over a window of 100 frames.
    func addConvolutions() {
        for (channels, height, width) in [(1, 128, 100), (480, 64, 50), (480, 32, 25)] {
            let outputChannels = 480
            let output = (height: (height + 1) / 2, width: (width + 1) / 2)
            let shape = ConvolutionShape(
                channels: channels, height: height, width: width, window: (3, 3), strides: (2, 2),
                padding: (1, 1), output: output)
            let positions = outputChannels * output.height * output.width
            let work = Work.operations(2 * positions * channels * 9)
            add("convolution + GELU \(channels) × \(height) × \(width)", work) { this in
                let input = Self.floats(channels * height * width)
                let weights = Self.floats(outputChannels * channels * 9)
                let bias = Self.floats(outputChannels)
                let packed = this.kernels.packConvolution(
                    MatrixOperand(weights.span, rows: outputChannels, columns: channels * 9), shape,
                    on: this.pool)
                var result = [Float](repeating: 0, count: positions)
                return { _ in
                    var span = result.mutableSpan
                    this.kernels.convolve(
                        input.span, images: 1, weights: packed, bias: bias.span, activation: .gelu,
                        into: &span,
                        on: this.pool)
                }
            }
        }
    }
}
