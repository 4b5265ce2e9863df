#if arch(x86_64)
    internal import CSIMD

    extension AVX512Kernels {
        /// Columns `first..<end` of `row × weightsᵀ + bias` for one row and four bits.
        ///
        /// Memory bound: weights are read once, in their order, one stream per thread. Sums of 16 blocks of
        /// a row come out of the registers as one vector; those of 16 rows are then transposed, so that each
        /// element adds its blocks in the same order as ``matMulNBitsPanels`` and gets the same bits. Only the
        /// weights' scales are applied before: the activations' are the same for all rows of weights.
        @inline(never)
        static func matMulNBitsRow(
            _ weights: UnsafePointer<CSIMDNBitsWeights>, _ rows: UnsafePointer<CSIMDQuantizedRows>,
            bias: UnsafePointer<Float>?, first: Int, end: Int,
            output: UnsafeMutablePointer<Float>, scratch: UnsafeMutableRawPointer
        ) {
            let products = RowProducts(scratch, blocks: weights.pointee.blocks)
            let blocks = weights.pointee.blocks
            let scales = rows.pointee.scales
            var n = first
            while n < end {
                let count = min(16, end &- n)
                products.fill(weights, rows, column: n, count: count)
                var total = avx512_zero_f32()
                var block = 0
                while block < blocks {
                    let (p0, p1, p2, p3) = loadColumns(products.scaled + block, stride: products.stride &* 4)
                    total = avx512_fma(avx512_cast_f32(p0), avx512_splat_f32(scales[block]), total)
                    total = avx512_fma(avx512_cast_f32(p1), avx512_splat_f32(scales[block &+ 1]), total)
                    total = avx512_fma(avx512_cast_f32(p2), avx512_splat_f32(scales[block &+ 2]), total)
                    total = avx512_fma(avx512_cast_f32(p3), avx512_splat_f32(scales[block &+ 3]), total)
                    block = block &+ 4
                }
                if let bias { total = avx512_add(total, avx512_load_first_f32(bias + n, count)) }
                avx512_store_first_f32(output + n, total, count)
                n = n &+ 16
            }
        }

        /// Scratch that ``matMulNBitsRow`` needs.
        static func rowScratchBytes(blocks: Int) -> Int {
            RowProducts.byteCount(blocks: blocks)
        }
    }

    /// What 16 columns have for each block, one row of weights after the other.
    private struct RowProducts {
        /// Blocks filled up to whole vectors.
        let stride: Int
        /// `[16][stride]`, `(dot - zp * Σq) * scaleB`; 0 for the blocks that there are not.
        let scaled: UnsafeMutablePointer<Float>
        /// How many blocks ahead scales are fetched.
        private static let scalesAhead = 128
        /// The last bytes of the weights if they do not end with 16 blocks, filled up with zeros.
        private let tail: UnsafeMutableRawPointer

        @inline(__always)
        init(_ scratch: UnsafeMutableRawPointer, blocks: Int) {
            stride = (blocks &+ 15) & ~15
            scaled = scratch.assumingMemoryBound(to: Float.self)
            tail = UnsafeMutableRawPointer(scaled + 16 &* stride)
        }

        static func byteCount(blocks: Int) -> Int {
            ((blocks + 15) & ~15) * 16 * 4 + 16 * 128
        }

        /// Fills the rows of `count` columns.
        @inline(__always)
        func fill(
            _ weights: UnsafePointer<CSIMDNBitsWeights>, _ rows: UnsafePointer<CSIMDQuantizedRows>,
            column: Int, count: Int
        ) {
            // A constant block size unrolls the work on a group. One function for each: together they would be
            // too large for the compiler to inline what must be inlined.
            switch weights.pointee.block_size {
            case 16: fill16(weights, rows, column, count)
            case 32: fill32(weights, rows, column, count)
            case 64: fill64(weights, rows, column, count)
            case 128: fill128(weights, rows, column, count)
            default: fill256(weights, rows, column, count)
            }
        }

        @inline(never)
        private func fill16(
            _ weights: UnsafePointer<CSIMDNBitsWeights>, _ rows: UnsafePointer<CSIMDQuantizedRows>,
            _ column: Int, _ count: Int
        ) {
            fill(weights.pointee, rows.pointee, blockSize: 16, column, count)
        }

        @inline(never)
        private func fill32(
            _ weights: UnsafePointer<CSIMDNBitsWeights>, _ rows: UnsafePointer<CSIMDQuantizedRows>,
            _ column: Int, _ count: Int
        ) {
            fill(weights.pointee, rows.pointee, blockSize: 32, column, count)
        }

        @inline(never)
        private func fill64(
            _ weights: UnsafePointer<CSIMDNBitsWeights>, _ rows: UnsafePointer<CSIMDQuantizedRows>,
            _ column: Int, _ count: Int
        ) {
            fill(weights.pointee, rows.pointee, blockSize: 64, column, count)
        }

        @inline(never)
        private func fill128(
            _ weights: UnsafePointer<CSIMDNBitsWeights>, _ rows: UnsafePointer<CSIMDQuantizedRows>,
            _ column: Int, _ count: Int
        ) {
            fill(weights.pointee, rows.pointee, blockSize: 128, column, count)
        }

        @inline(never)
        private func fill256(
            _ weights: UnsafePointer<CSIMDNBitsWeights>, _ rows: UnsafePointer<CSIMDQuantizedRows>,
            _ column: Int, _ count: Int
        ) {
            fill(weights.pointee, rows.pointee, blockSize: 256, column, count)
        }

        @inline(__always)
        private func fill(
            _ w: CSIMDNBitsWeights, _ a: CSIMDQuantizedRows, blockSize: Int, _ column: Int, _ count: Int
        ) {
            let end = w.values + w.columns &* w.value_row_bytes
            var r = 0
            while r < count {
                let values = w.values + (column &+ r) &* w.value_row_bytes
                let rowScales = w.scales + (column &+ r) &* w.blocks &* 4
                var block = 0
                while block < w.blocks {
                    let blocks = min(16, w.blocks &- block)
                    let offset = block &* blockSize >> 1
                    var source = values + offset
                    WeightStream.begin(source, 16 &* blockSize >> 1)
                    // Of blocks that there are not, the next row's bytes do as well: their scale is 0.
                    if blocks < 16 && source + 16 &* blockSize >> 1 > end {
                        csimd_copy(tail, source, blocks &* blockSize >> 1)
                        csimd_clear(tail + blocks &* blockSize >> 1, (16 &- blocks) &* blockSize >> 1)
                        source = UnsafeRawPointer(tail)
                    }
                    var zero = avx512_splat_i32(8)
                    if let points = w.zero_points {
                        let bytes = points + (column &+ r) &* w.zero_point_row_bytes + block >> 1
                        zero = avx512_nibbles(loadBytes(bytes, (blocks &+ 1) >> 1))
                    }
                    let group = WeightGroup(weights: source, activations: a.values + offset &* 2)
                    let dots = group.dots(blockSize: blockSize)
                    let dot = avx512_dot_shorts(dots, zero, avx512_load_i32(a.negated_sums + block))
                    let at = r &* stride &+ block
                    // A line of scales belongs to 16 blocks; they come from memory as the weights do.
                    avx512_prefetch(rowScales + (block &+ Self.scalesAhead) &* 4)
                    let scale = avx512_load_first_f32(rowScales + block &* 4, blocks)
                    avx512_store_f32(scaled + at, avx512_mul(avx512_to_f32(dot), scale))
                    block = block &+ 16
                }
                r = r &+ 1
            }
        }

        /// The first `count` (1...8) bytes as a number.
        @inline(__always)
        private func loadBytes(_ start: UnsafeRawPointer, _ count: Int) -> UInt64 {
            if count == 8 { return csimd_load_u64(start) }
            var result: UInt64 = 0
            var index = 0
            while index < count {
                result |= UInt64(csimd_load_u8(start + index)) &<< UInt64(truncatingIfNeeded: index &* 8)
                index = index &+ 1
            }
            return result
        }
    }
#endif
