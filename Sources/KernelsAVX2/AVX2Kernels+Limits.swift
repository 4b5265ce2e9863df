#if arch(x86_64)
    internal import CSIMD

    extension AVX2Kernels {
        /// Products of a round of ``byteProducts(rounds:u:s:)``.
        package static var byteProductsPerRound: Int { 512 }

        /// Sums of products of unsigned and signed bytes, eight in 16 bits before they are widened.
        ///
        /// - Parameters:
        ///   - u: 512 bytes up to 15.
        ///   - s: 32 bytes.
        /// - Returns: a number that depends on all of them.
        @inline(never)
        package static func byteProducts(
            rounds: Int, u: UnsafePointer<UInt8>, s: UnsafePointer<Int8>
        ) -> Int32 {
            let (factors, ones) = (avx2_load_i32(s), avx2_splat_i16(1))
            var (sum0, sum1) = (avx2_zero(), avx2_zero())
            var round = 0
            while round < rounds {
                csimd_memory_barrier()
                var (narrow0, narrow1) = (avx2_zero(), avx2_zero())
                var index = 0
                while index < 512 {
                    narrow0 = avx2_add_i16(narrow0, avx2_dot_bytes(avx2_load_i32(u + index), factors))
                    narrow1 = avx2_add_i16(
                        narrow1, avx2_dot_bytes(avx2_load_i32(u + (index &+ 32)), factors))
                    index = index &+ 64
                }
                sum0 = avx2_add_i32(sum0, avx2_dot_shorts(narrow0, ones))
                sum1 = avx2_add_i32(sum1, avx2_dot_shorts(narrow1, ones))
                round = round &+ 1
            }
            return avx2_sum_i32(avx2_add_i32(sum0, sum1))
        }
    }
#endif
