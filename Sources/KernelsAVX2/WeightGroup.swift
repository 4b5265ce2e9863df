#if arch(x86_64)
    internal import CSIMD

    /// The four-bit weights of 8 blocks and the activations they meet.
    ///
    /// A struct of C, because one of Swift brings a copying function compiled for this instruction set, which
    /// the linker may share with the whole program.
    typealias WeightGroup = CSIMDWeightGroup

    extension CSIMDWeightGroup {
        /// Sums of products, one block per lane.
        @inline(__always)
        func dots(blockSize: Int) -> i32x8 {
            switch blockSize {
            case 16:
                // Two lanes to a block, four blocks to a vector.
                let order = i32x8(0, 1, 4, 5, 2, 3, 6, 7)
                return avx2_permute(avx2_add_short_pairs(dot(0, 1), dot(1, 1)), order)
            case 32:
                // A half to a block.
                return avx2_permute(sumHalves(0, 1), i32x8(0, 4, 1, 5, 2, 6, 3, 7))
            default:
                // A vector to a block.
                let x = sumHalves(0, blockSize / 64)
                let y = sumHalves(4, blockSize / 64)
                return avx2_add_i32(avx2_low_halves(x, y), avx2_high_halves(x, y))
            }
        }

        /// Sums over the halves of four vectors: lane `4h + j` is half `h` of vector `vector + j`.
        ///
        /// Up to 16 products of a nibble and a signed byte fit 16 bits; lanes start with 8 to a chunk.
        @inline(__always)
        private func sumHalves(_ vector: Int, _ chunks: Int) -> i32x8 {
            let (v0, v1) = (dot(vector, chunks), dot(vector &+ 1, chunks))
            let (v2, v3) = (dot(vector &+ 2, chunks), dot(vector &+ 3, chunks))
            switch chunks {
            case 1:
                return avx2_add_short_pairs(avx2_add_short_pairs(v0, v1), avx2_add_short_pairs(v2, v3))
            case 2:
                return avx2_add_neighbours(avx2_add_short_pairs(v0, v1), avx2_add_short_pairs(v2, v3))
            default:
                return avx2_add_neighbours(avx2_add_neighbours(v0, v1), avx2_add_neighbours(v2, v3))
            }
        }

        /// Products of `chunks` (1, 2 or 4) chunks of 32 bytes, added up: 8 sums of bytes' products fit 16
        /// bits.
        @inline(__always)
        private func dot(_ vector: Int, _ chunks: Int) -> i32x8 {
            var sum = chunk(vector &* chunks)
            if chunks > 1 { sum = avx2_add_i16(sum, chunk(vector &* chunks &+ 1)) }
            if chunks > 2 {
                sum = avx2_add_i16(sum, chunk(vector &* chunks &+ 2))
                sum = avx2_add_i16(sum, chunk(vector &* chunks &+ 3))
            }
            return avx2_dot_shorts(sum, avx2_splat_i16(1))
        }

        /// Low nibbles with even k and high ones with odd.
        @inline(__always)
        private func chunk(_ index: Int) -> i32x8 {
            let mask = avx2_splat_i32(0x0F0F_0F0F)
            let address = weights + index &* 32
            // One stream from memory: the hardware's own prefetching is too short-sighted for it.
            if index & 1 == 0 { csimd_prefetch_l2(address + 6_144) }
            let packed = avx2_load_i32(address)
            let values = activations + (index >> 1 &* 128 &+ index & 1 &* 32)
            let low = avx2_dot_bytes(avx2_and(packed, mask), avx2_load_i32(values))
            let high = avx2_and(avx2_shift_right_4(packed), mask)
            return avx2_add_i16(low, avx2_dot_bytes(high, avx2_load_i32(values + 64)))
        }
    }
#endif
