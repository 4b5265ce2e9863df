import Kernels

extension KernelBenchmarks {
    /// The decoder's products in blocks of 64 with zero points, for a step and for a prefill, and the
    /// quantisation of their rows.
    func addQuantisedProducts() {
        for rows in [1, 158] {
            for (columns, depth) in [(2048, 2048), (1024, 2048), (6144, 2048), (2048, 6144)] {
                addMatMulNBits(rows: rows, columns: columns, depth: depth, bits: 4)
            }
            addMatMulNBits(rows: rows, columns: 6144, depth: 2048, bits: 8)
            for depth in [2048, 6144] { addQuantisation(rows: rows, depth: depth) }
        }
        addGatedProducts(rows: 158, columns: 6144, depth: 2048)
        addMatMulNBits(rows: 1, columns: 151_936, depth: 2048, bits: 4)
        // By making floats of the weights, as accuracy_level 0 asks.
        addMatMulNBits(rows: 1, columns: 6144, depth: 2048, bits: 4, isExact: true)
        addMatMulNBits(rows: 16, columns: 6144, depth: 2048, bits: 4, isExact: true)
    }

    private func addMatMulNBits(rows: Int, columns: Int, depth: Int, bits: Int, isExact: Bool = false) {
        let blockSize = 64
        let blocks = depth / blockSize
        let sizes = (
            values: columns * depth * bits / 8, scales: columns * blocks, points: columns * blocks * bits / 8
        )
        let bytes = sizes.values + 4 * sizes.scales + sizes.points
        let work = rows == 1 ? Work.bytes(bytes) : .operations(2 * rows * columns * depth)
        let kind = isExact ? "MatMulNBits by floats" : "MatMulNBits"
        add("\(kind) \(rows) × \(depth) × \(columns), \(bits) bits", work) { this in
            let copies = Self.copies(bytes: bytes)
            let values = (0..<copies * sizes.values).map { UInt8(truncatingIfNeeded: $0 &* 31) }
            let scales = [Float](repeating: 0.01, count: copies * sizes.scales)
            let points = [UInt8](repeating: bits == 4 ? 0x88 : 0x80, count: copies * sizes.points)
            let source = Self.floats(rows * depth)
            let quantised = this.kernels.quantizeRows(
                source.span, rows: rows, depth: depth, blockSize: blockSize, bits: bits, on: this.pool)
            // All these products fill whole cache lines.
            var result = [Float](repeating: 0, count: rows * columns)
            return { call in
                let copy = call % copies
                let valueSpan = values.span.extracting(copy * sizes.values..<(copy + 1) * sizes.values).bytes
                let scaleSpan = scales.span.extracting(copy * sizes.scales..<(copy + 1) * sizes.scales).bytes
                let pointSpan = points.span.extracting(copy * sizes.points..<(copy + 1) * sizes.points).bytes
                let weights = NBitsWeights(
                    columns: columns, depth: depth, bits: bits, blockSize: blockSize, values: valueSpan,
                    scales: scaleSpan, zeroPoints: .packed(pointSpan))
                var span = result.mutableSpan
                if isExact {
                    this.kernels.matMulNBits(
                        source.span, rows: rows, weights, bias: nil, into: &span, on: this.pool)
                } else {
                    // The spans' arrays live as long as this closure.
                    let product = NBitsProduct(weights, bias: nil, owner: ())
                    this.kernels.matMulNBits(quantised, [product], into: &span, on: this.pool)
                }
            }
        }
    }

    /// Gate and up of a prefill with their activation.
    private func addGatedProducts(rows: Int, columns: Int, depth: Int) {
        let blockSize = 64
        let (bytes, blocks) = (columns * depth / 2, depth / blockSize)
        let name = "MatMulNBits, gated, \(rows) × \(depth) × \(columns), 4 bits"
        add(name, .operations(4 * rows * columns * depth)) { this in
            let copies = Self.copies(bytes: bytes)
            let values = (0..<copies * bytes).map { UInt8(truncatingIfNeeded: $0 &* 31) }
            let scales = [Float](repeating: 0.01, count: columns * blocks)
            let source = Self.floats(rows * depth)
            let quantised = this.kernels.quantizeRows(
                source.span, rows: rows, depth: depth, blockSize: blockSize, bits: 4, on: this.pool)
            var result = [Float](repeating: 0, count: rows * columns)
            return { call in
                func product(_ index: Int) -> NBitsProduct {
                    let first = index % copies * bytes
                    let weights = NBitsWeights(
                        columns: columns, depth: depth, bits: 4, blockSize: blockSize,
                        values: values.span.extracting(first..<first + bytes).bytes,
                        scales: scales.span.bytes, zeroPoints: .middle)
                    // The spans' arrays live as long as this closure.
                    return NBitsProduct(weights, bias: nil, owner: ())
                }
                var span = result.mutableSpan
                this.kernels.matMulNBits(
                    quantised, gate: product(2 * call), up: product(2 * call + 1), into: &span, on: this.pool)
            }
        }
    }

    private func addQuantisation(rows: Int, depth: Int) {
        add("quantised rows \(rows) × \(depth)", .numbers(rows * depth), calls: rows == 1 ? 100 : 1) { this in
            let source = Self.floats(rows * depth)
            return { _ in
                _ = this.kernels.quantizeRows(
                    source.span, rows: rows, depth: depth, blockSize: 64, bits: 4, on: this.pool)
            }
        }
    }
}
