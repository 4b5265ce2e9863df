#if arch(x86_64)
    internal import CSIMD

    extension AVX512Kernels {
        /// Columns `first..<end` of `row × weightsᵀ + bias` for one row and four bits.
        ///
        /// Memory bound: weights are read once, in their order, one stream per thread. Sums of 16 blocks of
        /// a row come out of the registers as one vector; those of 4 rows are then transposed, so that each
        /// element adds its blocks in the same order as ``matMulNBitsPanels`` and gets the same bits. Only the
        /// weights' scales are applied before: the activations' are the same for all rows of weights.
        ///
        /// The blocks of 4 rows are added up a few at a time while the next 4 rows are read: done at once it would
        /// leave memory idle. With more rows at a time their products would no longer be in the first cache.
        @inline(never)
        static func matMulNBitsRow(
            _ weights: UnsafePointer<CSIMDNBitsWeights>, _ rows: UnsafePointer<CSIMDQuantizedRows>,
            bias: UnsafePointer<Float>?, first: Int, end: Int,
            output: UnsafeMutablePointer<Float>, scratch: UnsafeMutableRawPointer
        ) {
            // A constant block size unrolls the work on a group. One function for each: together they would be
            // too large for the compiler to inline what must be inlined.
            switch weights.pointee.block_size {
            case 16: row16(weights, rows, bias, first, end, output, scratch)
            case 32: row32(weights, rows, bias, first, end, output, scratch)
            case 64: row64(weights, rows, bias, first, end, output, scratch)
            case 128: row128(weights, rows, bias, first, end, output, scratch)
            default: row256(weights, rows, bias, first, end, output, scratch)
            }
        }

        /// Scratch that ``matMulNBitsRow`` needs.
        static func rowScratchBytes(blocks: Int) -> Int {
            RowProducts.byteCount(blocks: blocks)
        }

        @inline(never)
        private static func row16(
            _ weights: UnsafePointer<CSIMDNBitsWeights>, _ rows: UnsafePointer<CSIMDQuantizedRows>,
            _ bias: UnsafePointer<Float>?, _ first: Int, _ end: Int,
            _ output: UnsafeMutablePointer<Float>, _ scratch: UnsafeMutableRawPointer
        ) {
            row(weights.pointee, rows.pointee, blockSize: 16, bias, first, end, output, scratch)
        }

        @inline(never)
        private static func row32(
            _ weights: UnsafePointer<CSIMDNBitsWeights>, _ rows: UnsafePointer<CSIMDQuantizedRows>,
            _ bias: UnsafePointer<Float>?, _ first: Int, _ end: Int,
            _ output: UnsafeMutablePointer<Float>, _ scratch: UnsafeMutableRawPointer
        ) {
            row(weights.pointee, rows.pointee, blockSize: 32, bias, first, end, output, scratch)
        }

        @inline(never)
        private static func row64(
            _ weights: UnsafePointer<CSIMDNBitsWeights>, _ rows: UnsafePointer<CSIMDQuantizedRows>,
            _ bias: UnsafePointer<Float>?, _ first: Int, _ end: Int,
            _ output: UnsafeMutablePointer<Float>, _ scratch: UnsafeMutableRawPointer
        ) {
            row(weights.pointee, rows.pointee, blockSize: 64, bias, first, end, output, scratch)
        }

        @inline(never)
        private static func row128(
            _ weights: UnsafePointer<CSIMDNBitsWeights>, _ rows: UnsafePointer<CSIMDQuantizedRows>,
            _ bias: UnsafePointer<Float>?, _ first: Int, _ end: Int,
            _ output: UnsafeMutablePointer<Float>, _ scratch: UnsafeMutableRawPointer
        ) {
            row(weights.pointee, rows.pointee, blockSize: 128, bias, first, end, output, scratch)
        }

        @inline(never)
        private static func row256(
            _ weights: UnsafePointer<CSIMDNBitsWeights>, _ rows: UnsafePointer<CSIMDQuantizedRows>,
            _ bias: UnsafePointer<Float>?, _ first: Int, _ end: Int,
            _ output: UnsafeMutablePointer<Float>, _ scratch: UnsafeMutableRawPointer
        ) {
            row(weights.pointee, rows.pointee, blockSize: 256, bias, first, end, output, scratch)
        }

        @inline(__always)
        private static func row(
            _ w: CSIMDNBitsWeights, _ a: CSIMDQuantizedRows, blockSize: Int,
            _ bias: UnsafePointer<Float>?, _ first: Int, _ end: Int,
            _ output: UnsafeMutablePointer<Float>, _ scratch: UnsafeMutableRawPointer
        ) {
            var products = RowProducts(scratch, blocks: w.blocks)
            var n = first
            while n < end &+ RowProducts.columns {
                // Of the columns before; there are none at first.
                var sums = avx512_zero_f32x4()
                var added = n == first ? w.blocks : 0
                let columnEnd = min(end, n &+ RowProducts.columns)
                prefetchFactors(w, column: n &+ 2 &* RowProducts.columns)
                var column = n
                while column < columnEnd {
                    var group = RowGroup(w, a, column: column, products: products.row(column &- n))
                    var block = 0
                    while block &+ 16 <= w.blocks {
                        group.multiply(blockSize: blockSize, blocks: 16)
                        group.advance(blockSize: blockSize)
                        if added < w.blocks { products.addNext(to: &sums, a.scales, &added) }
                        block = block &+ 16
                    }
                    if block < w.blocks {
                        group.copyWeights(blockSize: blockSize, blocks: w.blocks &- block, to: products.tail)
                        group.multiply(blockSize: blockSize, blocks: w.blocks &- block)
                        if added < w.blocks { products.addNext(to: &sums, a.scales, &added) }
                    }
                    column = column &+ 1
                }
                while added < w.blocks { products.addNext(to: &sums, a.scales, &added) }
                products.swap()
                let before = n &- RowProducts.columns
                if before >= first {
                    let count = min(RowProducts.columns, end &- before)
                    if let bias {
                        sums = avx512_add_f32x4(sums, avx512_load_first_f32x4(bias + before, count))
                    }
                    avx512_store_first_f32x4(output + before, sums, count)
                }
                n = n &+ RowProducts.columns
            }
        }

        /// Asks for the scales and zero points of a few columns at once: one line now and then between those of the
        /// weights costs memory more.
        @inline(__always)
        private static func prefetchFactors(_ w: CSIMDNBitsWeights, column: Int) {
            prefetch(w.scales + column &* w.blocks &* 4, RowProducts.columns &* w.blocks &* 4)
            if let zeroPoints = w.zero_points {
                prefetch(
                    zeroPoints + column &* w.zero_point_row_bytes,
                    RowProducts.columns &* w.zero_point_row_bytes)
            }
        }

        @inline(__always)
        private static func prefetch(_ start: UnsafeRawPointer, _ byteCount: Int) {
            var offset = 0
            while offset < byteCount {
                csimd_prefetch_l2(start + offset)
                offset = offset &+ 64
            }
        }
    }

    /// What a few columns have for each block, one row of weights after the other, and the same of the columns before.
    private struct RowProducts {
        static var columns: Int { 4 }

        /// Blocks filled up to whole vectors.
        private let stride: Int
        /// `[columns][stride]`, `(dot - zp * Σq) * scaleB`; 0 for the blocks that there are not.
        private var filled: UnsafeMutablePointer<Float>
        /// Likewise, of the columns before.
        private var complete: UnsafeMutablePointer<Float>
        /// The last weights of a row if it does not end with 16 blocks, filled up with zeros.
        let tail: UnsafeMutableRawPointer
        @inline(__always)
        init(_ scratch: UnsafeMutableRawPointer, blocks: Int) {
            stride = (blocks &+ 15) & ~15
            filled = scratch.assumingMemoryBound(to: Float.self)
            complete = filled + Self.columns &* stride
            tail = UnsafeMutableRawPointer(complete + Self.columns &* stride)
        }

        static func byteCount(blocks: Int) -> Int {
            ((blocks + 15) & ~15) * 2 * columns * 4 + 16 * 128
        }

        @inline(__always)
        mutating func swap() {
            (filled, complete) = (complete, filled)
        }

        /// Adds four blocks of the columns before.
        @inline(__always)
        func addNext(to sums: inout f32x4, _ scales: UnsafePointer<Float>, _ block: inout Int) {
            sums = avx512_add_scaled_columns(sums, complete + block, stride &* 4, scales + block)
            block = block &+ 4
        }

        /// Where the products of a row are filled in.
        @inline(__always)
        func row(_ index: Int) -> UnsafeMutablePointer<Float> { filled + index &* stride }
    }

    /// 16 blocks of a row of weights, and what belongs to them.
    private struct RowGroup {
        private var weights: UnsafeRawPointer
        private var scales: UnsafeRawPointer
        private var zeroPoints: UnsafeRawPointer?
        private var activations: UnsafePointer<Int8>
        private var negatedSums: UnsafePointer<Int32>
        private var products: UnsafeMutablePointer<Float>

        @inline(__always)
        init(
            _ w: CSIMDNBitsWeights, _ a: CSIMDQuantizedRows, column: Int,
            products: UnsafeMutablePointer<Float>
        ) {
            weights = w.values + column &* w.value_row_bytes
            scales = w.scales + column &* w.blocks &* 4
            zeroPoints = w.zero_points.map { $0 + column &* w.zero_point_row_bytes }
            activations = a.values
            negatedSums = a.negated_sums
            self.products = products
        }

        @inline(__always)
        mutating func advance(blockSize: Int) {
            weights += 16 &* blockSize >> 1
            scales += 64
            zeroPoints = zeroPoints.map { $0 + 8 }
            activations += 16 &* blockSize
            negatedSums += 16
            products += 16
        }

        /// Reads the weights from a copy, because behind the last ones there may be no memory.
        @inline(__always)
        mutating func copyWeights(blockSize: Int, blocks: Int, to copy: UnsafeMutableRawPointer) {
            let byteCount = blocks &* blockSize >> 1
            csimd_copy(copy, weights, byteCount)
            csimd_clear(copy + byteCount, 16 &* blockSize >> 1 &- byteCount)
            weights = UnsafeRawPointer(copy)
        }

        /// The first `blocks` blocks; the products of others become 0.
        @inline(__always)
        func multiply(blockSize: Int, blocks: Int) {
            WeightStream.begin(weights, 16 &* blockSize >> 1)
            var zero = avx512_splat_i32(8)
            if let zeroPoints { zero = avx512_nibbles(zeroPoints, (blocks &+ 1) >> 1) }
            let dots = WeightGroup(weights: weights, activations: activations).dots(blockSize: blockSize)
            let dot = avx512_dot_shorts(dots, zero, avx512_load_i32(negatedSums))
            let scaled = avx512_mul(avx512_to_f32(dot), avx512_load_first_f32(scales, blocks))
            avx512_store_f32(products, scaled)
        }
    }
#endif
