#if arch(x86_64)
    internal import CSIMD

    /// The four-bit weights of 8 blocks and the activations they meet.
    ///
    /// A struct of C, because one of Swift brings a copying function compiled for this instruction set, which
    /// the linker may share with the whole program.
    typealias WeightGroup = CSIMDWeightGroup

    extension CSIMDWeightGroup {
        /// Sums of products, one block per lane.
        ///
        /// A function for each number of chunks: with conditions in them, the compiler would not inline all.
        @inline(__always)
        func dots(blockSize: Int) -> i32x8 {
            prefetch(byteCount: 4 &* blockSize)
            switch blockSize {
            case 16:
                // Two lanes to a block, four blocks to a vector.
                let order = i32x8(0, 1, 4, 5, 2, 3, 6, 7)
                return avx2_permute(avx2_add_short_pairs(dotOfOne(0), dotOfOne(1)), order)
            case 32:
                // A half to a block.
                return avx2_permute(sumHalvesOfOne(0), i32x8(0, 4, 1, 5, 2, 6, 3, 7))
            // A vector to a block.
            case 64: return addHalves(sumHalvesOfOne(0), sumHalvesOfOne(4))
            case 128: return addHalves(sumHalvesOfTwo(0), sumHalvesOfTwo(4))
            default: return addHalves(sumHalvesOfFour(0), sumHalvesOfFour(4))
            }
        }

        /// One stream from memory: the hardware's own prefetching is too short-sighted for it.
        @inline(__always)
        private func prefetch(byteCount: Int) {
            var offset = 6_144
            while offset < 6_144 &+ byteCount {
                csimd_prefetch_l2(weights + offset)
                offset = offset &+ 64
            }
        }

        @inline(__always)
        private func addHalves(_ x: i32x8, _ y: i32x8) -> i32x8 {
            avx2_add_i32(avx2_low_halves(x, y), avx2_high_halves(x, y))
        }

        /// Sums over the halves of four vectors of one chunk each: lane `4h + j` is half `h` of vector `vector + j`.
        ///
        /// Up to 16 products of a nibble and a signed byte fit 16 bits; lanes start with 8 to a chunk.
        @inline(__always)
        private func sumHalvesOfOne(_ vector: Int) -> i32x8 {
            let x = avx2_add_short_pairs(dotOfOne(vector), dotOfOne(vector &+ 1))
            return avx2_add_short_pairs(x, avx2_add_short_pairs(dotOfOne(vector &+ 2), dotOfOne(vector &+ 3)))
        }

        /// Likewise of two chunks each.
        @inline(__always)
        private func sumHalvesOfTwo(_ vector: Int) -> i32x8 {
            let x = avx2_add_short_pairs(dotOfTwo(vector), dotOfTwo(vector &+ 1))
            return avx2_add_neighbours(x, avx2_add_short_pairs(dotOfTwo(vector &+ 2), dotOfTwo(vector &+ 3)))
        }

        /// Likewise of four chunks each.
        @inline(__always)
        private func sumHalvesOfFour(_ vector: Int) -> i32x8 {
            let x = avx2_add_neighbours(dotOfFour(vector), dotOfFour(vector &+ 1))
            return avx2_add_neighbours(x, avx2_add_neighbours(dotOfFour(vector &+ 2), dotOfFour(vector &+ 3)))
        }

        /// Products of a chunk of 32 bytes. Of several, sums of bytes' products are added up first: 8 fit 16 bits.
        @inline(__always)
        private func dotOfOne(_ vector: Int) -> i32x8 {
            avx2_dot_shorts(chunk(vector), avx2_splat_i16(1))
        }

        @inline(__always)
        private func dotOfTwo(_ vector: Int) -> i32x8 {
            avx2_dot_shorts(avx2_add_i16(chunk(2 &* vector), chunk(2 &* vector &+ 1)), avx2_splat_i16(1))
        }

        @inline(__always)
        private func dotOfFour(_ vector: Int) -> i32x8 {
            let x = avx2_add_i16(chunk(4 &* vector), chunk(4 &* vector &+ 1))
            let y = avx2_add_i16(x, chunk(4 &* vector &+ 2))
            return avx2_dot_shorts(avx2_add_i16(y, chunk(4 &* vector &+ 3)), avx2_splat_i16(1))
        }

        /// Low nibbles with even k and high ones with odd.
        @inline(__always)
        private func chunk(_ index: Int) -> i32x8 {
            let mask = avx2_splat_i32(0x0F0F_0F0F)
            let packed = avx2_load_i32(weights + index &* 32)
            let values = activations + (index >> 1 &* 128 &+ index & 1 &* 32)
            let low = avx2_dot_bytes(avx2_and(packed, mask), avx2_load_i32(values))
            let high = avx2_and(avx2_shift_right_4(packed), mask)
            return avx2_add_i16(low, avx2_dot_bytes(high, avx2_load_i32(values + 64)))
        }
    }
#endif
