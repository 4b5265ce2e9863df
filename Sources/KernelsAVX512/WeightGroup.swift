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
                let even = i32x16(0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30)
                let odd = i32x16(1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23, 25, 27, 29, 31)
                let v0 = dot(0, 1)
                let v1 = dot(1, 1)
                return avx512_add_i32(avx512_permute2(v0, even, v1), avx512_permute2(v0, odd, v1))
            case 32:
                // A quarter to a block: quarter q of vector j is block 4j + q.
                let order = i32x16(0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15)
                return avx512_permute(sumQuarters(0, 1), order)
            case 64:
                // Two quarters to a block.
                let order = i32x16(0, 4, 1, 5, 2, 6, 3, 7, 8, 12, 9, 13, 10, 14, 11, 15)
                return avx512_permute(addNeighbours(sumQuarters(0, 1), sumQuarters(4, 1)), order)
            default:
                // A vector to a block; with blocks of 256 two chunks of weights to a vector.
                let chunks = blockSize / 128
                let x = addNeighbours(sumQuarters(0, chunks), sumQuarters(4, chunks))
                let y = addNeighbours(sumQuarters(8, chunks), sumQuarters(12, chunks))
                return addNeighbours(x, y)
            }
        }

        /// Products of `chunks` (1 or 2) chunks of 64 bytes, four to a lane.
        @inline(__always)
        private func dot(_ vector: Int, _ chunks: Int) -> i32x16 {
            let sum = chunk(vector &* chunks, avx512_zero())
            return chunks == 1 ? sum : chunk(vector &* 2 &+ 1, sum)
        }

        /// Low nibbles with even k and high ones with odd.
        @inline(__always)
        private func chunk(_ index: Int, _ sum: i32x16) -> i32x16 {
            let mask = avx512_splat_i32(0x0F0F_0F0F)
            let address = weights + index &* 64
            avx512_prefetch(address + WeightStream.bytesAhead)
            let packed = avx512_load_i32(address)
            let values = activations + index &* 128
            let low = avx512_dot_bytes(sum, avx512_and(packed, mask), avx512_load_i32(values))
            return avx512_dot_bytes(
                low, avx512_and(avx512_shift_right_4(packed), mask), avx512_load_i32(values + 64))
        }

        /// Sums over the quarters of four vectors: lane `4q + j` is quarter `q` of vector `vector + j`.
        @inline(__always)
        private func sumQuarters(_ vector: Int, _ chunks: Int) -> i32x16 {
            let v01 = addPairs(dot(vector, chunks), dot(vector &+ 1, chunks))
            let v23 = addPairs(dot(vector &+ 2, chunks), dot(vector &+ 3, chunks))
            return avx512_add_i32(avx512_unpack_low_64(v01, v23), avx512_unpack_high_64(v01, v23))
        }

        /// Per quarter the lanes `[a0 + a2, b0 + b2, a1 + a3, b1 + b3]`.
        @inline(__always)
        private func addPairs(_ a: i32x16, _ b: i32x16) -> i32x16 {
            avx512_add_i32(avx512_unpack_low_32(a, b), avx512_unpack_high_32(a, b))
        }

        /// Quarters 0 + 1 and 2 + 3 of `x`, then of `y`.
        @inline(__always)
        private func addNeighbours(_ x: i32x16, _ y: i32x16) -> i32x16 {
            avx512_add_i32(avx512_even_quarters(x, y), avx512_odd_quarters(x, y))
        }
    }
#endif
