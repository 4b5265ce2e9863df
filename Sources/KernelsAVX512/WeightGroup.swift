#if arch(x86_64)
    internal import CSIMD

    /// The four-bit weights of 16 blocks and the activations they meet.
    ///
    /// A struct of C, because one of Swift brings a copying function compiled for this instruction set, which
    /// the linker may share with the whole program.
    typealias WeightGroup = CSIMDWeightGroup

    extension CSIMDWeightGroup {
        /// Sums of products, one block per lane.
        @inline(__always)
        func dots(blockSize: Int) -> i32x16 {
            switch blockSize {
            case 16:
                // Two lanes to a block.
                let order = i32x16(0, 1, 4, 5, 8, 9, 12, 13, 2, 3, 6, 7, 10, 11, 14, 15)
                return avx512_permute(avx512_add_short_pairs(dot(0), dot(1)), order)
            case 32:
                // A quarter to a block: quarter q of vector j is block 4j + q.
                let order = i32x16(0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15)
                return avx512_permute(sumQuarters(0, 1), order)
            case 64:
                // Two quarters to a block.
                let order = i32x16(0, 4, 1, 5, 2, 6, 3, 7, 8, 12, 9, 13, 10, 14, 11, 15)
                return avx512_permute(addNeighbours(sumQuarters(0, 1), sumQuarters(4, 1)), order)
            case 128:
                return addNeighbours(
                    addNeighbours(sumQuarters(0, 1), sumQuarters(4, 1)),
                    addNeighbours(sumQuarters(8, 1), sumQuarters(12, 1)))
            default:
                // Two chunks to a block.
                return avx512_add_i32(
                    addNeighbours(
                        addNeighbours(sumQuarters(0, 2), sumQuarters(8, 2)),
                        addNeighbours(sumQuarters(16, 2), sumQuarters(24, 2))),
                    addNeighbours(
                        addNeighbours(sumQuarters(1, 2), sumQuarters(9, 2)),
                        addNeighbours(sumQuarters(17, 2), sumQuarters(25, 2))))
            }
        }

        /// Products of a chunk of 64 bytes, eight to a lane: low nibbles with even k and high ones with odd.
        @inline(__always)
        private func dot(_ chunk: Int) -> i32x16 {
            let mask = avx512_splat_i32(0x0F0F_0F0F)
            let address = weights + chunk &* 64
            csimd_prefetch_l2(address + WeightStream.bytesAhead)
            let packed = avx512_load_i32(address)
            let values = activations + chunk &* 128
            let low = avx512_dot_bytes(
                avx512_zero(), avx512_and(packed, mask), avx512_load_i32(values))
            return avx512_dot_bytes(
                low, avx512_and(avx512_shift_right_4(packed), mask), avx512_load_i32(values + 64))
        }

        /// Sums over the quarters of four chunks: lane `4q + j` is quarter `q` of chunk `first + j * step`.
        ///
        /// Up to 16 products of a nibble and a signed byte fit 16 bits, and there are no more to a lane before the
        /// last addition.
        @inline(__always)
        private func sumQuarters(_ first: Int, _ step: Int) -> i32x16 {
            let v01 = avx512_add_short_pairs(dot(first), dot(first &+ step))
            let v23 = avx512_add_short_pairs(dot(first &+ 2 &* step), dot(first &+ 3 &* step))
            return avx512_add_short_pairs(v01, v23)
        }

        /// Quarters 0 + 1 and 2 + 3 of `x`, then of `y`.
        @inline(__always)
        private func addNeighbours(_ x: i32x16, _ y: i32x16) -> i32x16 {
            avx512_add_i32(avx512_even_quarters(x, y), avx512_odd_quarters(x, y))
        }
    }
#endif
