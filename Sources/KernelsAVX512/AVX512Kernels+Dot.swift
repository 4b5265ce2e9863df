#if arch(x86_64)
    internal import CSIMD

    extension AVX512Kernels {
        /// `Σ a[k] * b[k]`.
        @inline(never)
        package static func dot(_ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>, count: Int) -> Float {
            // Four chains of additions, so that they do not wait for each other.
            var s0 = avx512_zero_f32(), s1 = s0, s2 = s0, s3 = s0
            var k = 0
            while k + 64 <= count {
                s0 = avx512_fma(avx512_load_f32(a + k), avx512_load_f32(b + k), s0)
                s1 = avx512_fma(avx512_load_f32(a + k + 16), avx512_load_f32(b + k + 16), s1)
                s2 = avx512_fma(avx512_load_f32(a + k + 32), avx512_load_f32(b + k + 32), s2)
                s3 = avx512_fma(avx512_load_f32(a + k + 48), avx512_load_f32(b + k + 48), s3)
                k += 64
            }
            while k < count {
                let left = min(16, count - k)
                s0 = avx512_fma(avx512_load_first_f32(a + k, left), avx512_load_first_f32(b + k, left), s0)
                k += 16
            }
            return avx512_sum(avx512_add(avx512_add(s0, s1), avx512_add(s2, s3)))
        }
    }
#endif
