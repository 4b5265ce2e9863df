#if arch(x86_64)
    internal import CSIMD

    extension AVX2Kernels {
        /// Columns `first..<end` of `row × weightsᵀ + bias` for one row and four bits.
        ///
        /// Memory bound: weights are read once, in their order, one stream per thread. Sums of 8 blocks of
        /// a row come out of the registers as one vector; those of 4 rows are then transposed, so that each
        /// element adds its blocks in the same order as ``matMulNBitsPanels`` and gets the same bits.
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
                var sums = avx2_zero_f32x4()
                var added = n == first ? w.blocks : 0
                let columnEnd = min(end, n &+ RowProducts.columns)
                var column = n
                while column < columnEnd {
                    var group = RowGroup(w, a, column: column, products: products.row(column &- n))
                    var block = 0
                    while block &+ 8 <= w.blocks {
                        group.multiply(blockSize: blockSize, blocks: 8, toScales: products.toScales)
                        group.advance(blockSize: blockSize)
                        if added < w.blocks { products.addNext(to: &sums, &added) }
                        block = block &+ 8
                    }
                    if block < w.blocks {
                        group.copyWeights(blockSize: blockSize, blocks: w.blocks &- block, to: products.tail)
                        group.multiply(
                            blockSize: blockSize, blocks: w.blocks &- block, toScales: products.toScales)
                        if added < w.blocks { products.addNext(to: &sums, &added) }
                    }
                    column = column &+ 1
                }
                while added < w.blocks { products.addNext(to: &sums, &added) }
                products.swap()
                let before = n &- RowProducts.columns
                if before >= first {
                    let count = min(RowProducts.columns, end &- before)
                    avx2_store_first_f32x4(output + before, sums, bias.map { $0 + before }, count)
                }
                n = n &+ RowProducts.columns
            }
        }
    }

    /// What a few columns have for each block, one row of weights after the other, and the same of the columns before.
    private struct RowProducts {
        static var columns: Int { 4 }

        /// Blocks filled up to whole vectors.
        private let stride: Int
        /// `[columns][stride]` of `dot - zp * Σq`, and behind them as many of `scaleA * scaleB`, which is 0 for the
        /// blocks that there are not.
        private var filled: UnsafeMutablePointer<Float>
        /// Likewise, of the columns before.
        private var complete: UnsafeMutablePointer<Float>
        /// The last weights of a row if it does not end with 8 blocks, filled up with zeros.
        let tail: UnsafeMutableRawPointer

        @inline(__always)
        init(_ scratch: UnsafeMutableRawPointer, blocks: Int) {
            stride = (blocks &+ 7) & ~7
            filled = scratch.assumingMemoryBound(to: Float.self)
            complete = filled + 2 &* Self.columns &* stride
            tail = UnsafeMutableRawPointer(complete + 2 &* Self.columns &* stride)
        }

        static func byteCount(blocks: Int) -> Int {
            ((blocks + 7) & ~7) * 4 * columns * 4 + 8 * 128
        }

        @inline(__always)
        mutating func swap() {
            (filled, complete) = (complete, filled)
        }

        /// Adds four blocks of the columns before.
        @inline(__always)
        func addNext(to sums: inout f32x4, _ block: inout Int) {
            let dots = complete + block
            sums = avx2_add_products_of_columns(sums, dots, dots + Self.columns &* stride, stride &* 4)
            block = block &+ 4
        }

        /// Where the products of a row are filled in.
        @inline(__always)
        func row(_ index: Int) -> UnsafeMutablePointer<Float> { filled + index &* stride }

        /// Floats from the products of a row to its scales.
        @inline(__always) var toScales: Int { Self.columns &* stride }
    }

    /// 8 blocks of a row of weights, and what belongs to them.
    private struct RowGroup {
        private var weights: UnsafeRawPointer
        private var scales: UnsafeRawPointer
        private var zeroPoints: UnsafeRawPointer?
        private var activations: UnsafePointer<Int8>
        private var rowScales: UnsafePointer<Float>
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
            rowScales = a.scales
            negatedSums = a.negated_sums
            self.products = products
        }

        @inline(__always)
        mutating func advance(blockSize: Int) {
            weights += 8 &* blockSize >> 1
            scales += 32
            zeroPoints = zeroPoints.map { $0 + 4 }
            activations += 8 &* blockSize
            rowScales += 8
            negatedSums += 8
            products += 8
        }

        /// Reads the weights from a copy, because behind the last ones there may be no memory.
        @inline(__always)
        mutating func copyWeights(blockSize: Int, blocks: Int, to copy: UnsafeMutableRawPointer) {
            let byteCount = blocks &* blockSize >> 1
            csimd_copy(copy, weights, byteCount)
            csimd_clear(copy + byteCount, 8 &* blockSize >> 1 &- byteCount)
            weights = UnsafeRawPointer(copy)
        }

        /// The first `blocks` blocks; the scales of others become 0.
        @inline(__always)
        func multiply(blockSize: Int, blocks: Int, toScales: Int) {
            var zero = avx2_splat_i32(8)
            if let zeroPoints { zero = avx2_nibbles(loadBytes(zeroPoints, (blocks &+ 1) >> 1)) }
            let dots = WeightGroup(weights: weights, activations: activations).dots(blockSize: blockSize)
            let taken = avx2_dot_shorts(zero, avx2_load_i32(negatedSums))
            avx2_store_f32(products, avx2_to_f32(avx2_add_i32(dots, taken)))
            let scale = blocks == 8 ? avx2_load_f32(scales) : avx2_load_first_f32(scales, blocks)
            avx2_store_f32(products + toScales, avx2_mul(avx2_load_f32(rowScales), scale))
        }

        /// The first `count` (1...4) bytes as a number.
        @inline(__always)
        private func loadBytes(_ start: UnsafeRawPointer, _ count: Int) -> UInt32 {
            if count == 4 { return csimd_load_u32(start) }
            var result: UInt32 = 0
            var index = 0
            while index < count {
                result |= UInt32(csimd_load_u8(start + index)) &<< UInt32(truncatingIfNeeded: index &* 8)
                index = index &+ 1
            }
            return result
        }
    }
#endif
