#if arch(x86_64)
    internal import CSIMD

    extension AVX512Kernels {
        /// Products of a round of ``byteProducts(rounds:u:s:)``.
        package static var byteProductsPerRound: Int { 12 * 64 }

        /// Sums of products of unsigned and signed bytes, in as many registers as hide the latency.
        ///
        /// - Parameters:
        ///   - u: 64 bytes.
        ///   - s: 64 bytes.
        /// - Returns: a number that depends on all of them.
        @inline(never)
        package static func byteProducts(
            rounds: Int, u: UnsafePointer<UInt8>, s: UnsafePointer<Int8>
        ) -> Int32 {
            let (x, y) = (avx512_load_i32(u), avx512_load_i32(s))
            // Different numbers: what is computed twice of equal ones the compiler computes once.
            let start = Int32(truncatingIfNeeded: rounds)
            var (s0, s1, s2) = (sum(start, 0), sum(start, 1), sum(start, 2))
            var (s3, s4, s5) = (sum(start, 3), sum(start, 4), sum(start, 5))
            var (s6, s7, s8) = (sum(start, 6), sum(start, 7), sum(start, 8))
            var (s9, s10, s11) = (sum(start, 9), sum(start, 10), sum(start, 11))
            var round = 0
            while round < rounds {
                s0 = avx512_dot_bytes(s0, x, y)
                s1 = avx512_dot_bytes(s1, x, y)
                s2 = avx512_dot_bytes(s2, x, y)
                s3 = avx512_dot_bytes(s3, x, y)
                s4 = avx512_dot_bytes(s4, x, y)
                s5 = avx512_dot_bytes(s5, x, y)
                s6 = avx512_dot_bytes(s6, x, y)
                s7 = avx512_dot_bytes(s7, x, y)
                s8 = avx512_dot_bytes(s8, x, y)
                s9 = avx512_dot_bytes(s9, x, y)
                s10 = avx512_dot_bytes(s10, x, y)
                s11 = avx512_dot_bytes(s11, x, y)
                round = round &+ 1
            }
            let first = avx512_add_i32(avx512_add_i32(s0, s1), avx512_add_i32(s2, s3))
            let second = avx512_add_i32(avx512_add_i32(s4, s5), avx512_add_i32(s6, s7))
            let third = avx512_add_i32(avx512_add_i32(s8, s9), avx512_add_i32(s10, s11))
            return avx512_sum_i32(avx512_add_i32(avx512_add_i32(first, second), third))
        }

        @inline(__always)
        private static func sum(_ start: Int32, _ number: Int32) -> i32x16 {
            avx512_splat_i32(start &+ number)
        }
    }
#endif
