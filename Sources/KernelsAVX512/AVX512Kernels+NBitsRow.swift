#if arch(x86_64)
    internal import CSIMD

    extension AVX512Kernels {
        /// Columns `first..<end` of `row × weightsᵀ + bias` for one row and four bits.
        ///
        /// Memory bound: weights are read once, in their order, one stream per thread. Sums of 16 blocks of
        /// a row come out of the registers as one vector; those of 16 rows are then transposed, so that each
        /// element adds its blocks in the same order as ``matMulNBitsPanels`` and gets the same bits.
        @inline(never)
        static func matMulNBitsRow(
            _ weights: UnsafePointer<CSIMDNBitsWeights>, _ rows: UnsafePointer<CSIMDQuantizedRows>,
            bias: UnsafePointer<Float>?, first: Int, end: Int,
            output: UnsafeMutablePointer<Float>, scratch: UnsafeMutableRawPointer
        ) {
            let w = weights.pointee
            let a = rows.pointee
            let stride = (w.blocks + 15) & ~15
            let sums = scratch.assumingMemoryBound(to: Float.self)
            let scales = sums + 16 * stride
            var n = first
            while n < end {
                let count = min(16, end - n)
                // A constant block size unrolls the loops over a block.
                switch w.block_size {
                case 16: dotBlocks(w, a, 16, n, count, sums, scales, stride)
                case 32: dotBlocks(w, a, 32, n, count, sums, scales, stride)
                case 64: dotBlocks(w, a, 64, n, count, sums, scales, stride)
                case 128: dotBlocks(w, a, 128, n, count, sums, scales, stride)
                default: dotBlocks(w, a, 256, n, count, sums, scales, stride)
                }
                var total = avx512_zero_f32()
                var block = 0
                while block < w.blocks {
                    let (s0, s1, s2, s3) = loadColumns(sums + block, stride: stride * 4)
                    let (p0, p1, p2, p3) = loadColumns(scales + block, stride: stride * 4)
                    total = avx512_fma(avx512_cast_f32(s0), avx512_cast_f32(p0), total)
                    total = avx512_fma(avx512_cast_f32(s1), avx512_cast_f32(p1), total)
                    total = avx512_fma(avx512_cast_f32(s2), avx512_cast_f32(p2), total)
                    total = avx512_fma(avx512_cast_f32(s3), avx512_cast_f32(p3), total)
                    block += 4
                }
                if let bias { total = avx512_add(total, avx512_load_first_f32(bias + n, count)) }
                avx512_store_first_f32(output + n, total, count)
                n += 16
            }
        }

        /// For `count` rows of weights from `row` and all blocks, `dot - zp * Σq` and `scaleA * scaleB`; 0 as
        /// the scale of the padding blocks.
        @inline(__always)
        private static func dotBlocks(
            _ w: CSIMDNBitsWeights, _ a: CSIMDQuantizedRows, _ blockSize: Int, _ row: Int, _ count: Int,
            _ sums: UnsafeMutablePointer<Float>, _ scales: UnsafeMutablePointer<Float>, _ stride: Int
        ) {
            let groupBytes = blockSize * 8
            for r in 0..<count {
                let values = w.values + (row + r) * w.value_row_bytes
                let rowScales = w.scales + (row + r) * w.blocks * 4
                let zeroPoints = w.zero_points.map { $0 + (row + r) * w.zero_point_row_bytes }
                var block = 0
                while block < w.blocks {
                    let blocks = min(16, w.blocks - block)
                    let offset = block * blockSize / 2
                    let activations = a.values + offset * 2
                    let dots =
                        blocks == 16
                        ? dotGroup(blockSize, values + offset, groupBytes, activations, isWhole: true)
                        : dotGroup(
                            blockSize, values + offset, blocks * blockSize / 2, activations, isWhole: false)
                    let zero: i32x16
                    if let zeroPoints {
                        zero = avx512_nibbles(loadBytes(zeroPoints + block / 2, (blocks + 1) / 2))
                    } else {
                        zero = avx512_splat_i32(8)
                    }
                    let sum = avx512_dot_shorts(dots, zero, avx512_load_i32(a.negated_sums + block))
                    avx512_store_f32(sums + r * stride + block, avx512_to_f32(sum))
                    let scale = avx512_load_first_f32(rowScales + block * 4, blocks)
                    avx512_store_f32(
                        scales + r * stride + block, avx512_mul(avx512_load_f32(a.scales + block), scale))
                    block += 16
                }
            }
        }

        /// The first `count` (1...8) bytes as a number.
        @inline(__always)
        private static func loadBytes(_ start: UnsafeRawPointer, _ count: Int) -> UInt64 {
            if count == 8 { return csimd_load_u64(start) }
            var result: UInt64 = 0
            for index in 0..<count {
                result |= UInt64(csimd_load_u8(start + index)) << UInt64(index * 8)
            }
            return result
        }

        /// Sums of products of 16 blocks, one per lane.
        @inline(__always)
        private static func dotGroup(
            _ blockSize: Int, _ weights: UnsafeRawPointer, _ byteCount: Int,
            _ activations: UnsafePointer<Int8>, isWhole: Bool
        ) -> i32x16 {
            let group = WeightGroup(
                weights: weights, byteCount: byteCount, activations: activations, isWhole: isWhole)
            switch blockSize {
            case 16:
                // Two lanes to a block.
                let even = i32x16(0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30)
                let v0 = group.dot(0)
                let v1 = group.dot(1)
                return avx512_add_i32(avx512_permute2(v0, even, v1), avx512_permute2(v0, even | 1, v1))
            case 32:
                // A quarter to a block: quarter q of vector j is block 4j + q.
                let order = i32x16(0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15)
                return avx512_permute(group.sumQuarters(0), order)
            case 64:
                // Two quarters to a block.
                let x = group.sumQuarters(0)
                let y = group.sumQuarters(4)
                let order = i32x16(0, 4, 1, 5, 2, 6, 3, 7, 8, 12, 9, 13, 10, 14, 11, 15)
                return avx512_permute(
                    avx512_add_i32(avx512_even_quarters(x, y), avx512_odd_quarters(x, y)), order)
            default:
                // A vector to a block; with blocks of 256 two chunks of weights to a vector.
                let chunks = blockSize / 128
                let x = addNeighbours(group.sumQuarters(0, chunks), group.sumQuarters(4, chunks))
                let y = addNeighbours(group.sumQuarters(8, chunks), group.sumQuarters(12, chunks))
                return addNeighbours(x, y)
            }
        }

        /// Quarters 0 + 1 and 2 + 3 of `x`, then of `y`.
        @inline(__always)
        private static func addNeighbours(_ x: i32x16, _ y: i32x16) -> i32x16 {
            avx512_add_i32(avx512_even_quarters(x, y), avx512_odd_quarters(x, y))
        }
    }

    /// The weights of up to 16 blocks and the activations they meet.
    private struct WeightGroup {
        let weights: UnsafeRawPointer
        let byteCount: Int
        let activations: UnsafePointer<Int8>
        let isWhole: Bool

        /// Products of one chunk of 64 bytes, four to a lane, low nibbles with even k and high ones with odd.
        @inline(__always)
        func dot(_ chunk: Int, adding sum: i32x16 = avx512_zero()) -> i32x16 {
            let mask = avx512_splat_i32(0x0F0F_0F0F)
            let address = weights + chunk * 64
            let packed: i32x16
            if isWhole {
                // One stream from memory: the hardware's own prefetching is too short-sighted for it.
                avx512_prefetch(address + 4096)
                packed = avx512_load_i32(address)
            } else {
                packed = avx512_load_first_bytes(address, max(0, byteCount - chunk * 64))
            }
            let values = activations + chunk * 128
            let low = avx512_dot_bytes(sum, avx512_and(packed, mask), avx512_load_i32(values))
            return avx512_dot_bytes(
                low, avx512_and(avx512_shift_right_4(packed), mask), avx512_load_i32(values + 64))
        }

        /// The vector of products that is number `vector` of those with `chunks` chunks each.
        @inline(__always)
        func dot(_ vector: Int, _ chunks: Int) -> i32x16 {
            let first = dot(vector * chunks)
            return chunks == 1 ? first : dot(vector * 2 + 1, adding: first)
        }

        /// Sums over the quarters of four vectors: lane `4q + j` is quarter `q` of vector `vector + j`.
        @inline(__always)
        func sumQuarters(_ vector: Int, _ chunks: Int = 1) -> i32x16 {
            let v01 = addPairs(dot(vector, chunks), dot(vector + 1, chunks))
            let v23 = addPairs(dot(vector + 2, chunks), dot(vector + 3, chunks))
            return avx512_add_i32(avx512_unpack_low_64(v01, v23), avx512_unpack_high_64(v01, v23))
        }

        /// Per quarter the lanes `[a0 + a2, b0 + b2, a1 + a3, b1 + b3]`.
        @inline(__always)
        private func addPairs(_ a: i32x16, _ b: i32x16) -> i32x16 {
            avx512_add_i32(avx512_unpack_low_32(a, b), avx512_unpack_high_32(a, b))
        }
    }
#endif
