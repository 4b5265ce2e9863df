#if arch(x86_64)
    internal import CSIMD

    extension AVX2Kernels {
        /// `Σ a[k] * b[k]`.
        @inline(never)
        package static func dot(_ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>, count: Int) -> Float {
            // Four chains of additions, so that they do not wait for each other.
            var s0 = avx2_zero_f32(), s1 = s0, s2 = s0, s3 = s0
            var k = 0
            while k &+ 32 <= count {
                let (x, y) = (a + k, b + k)
                s0 = avx2_fma(avx2_load_f32(x), avx2_load_f32(y), s0)
                s1 = avx2_fma(avx2_load_f32(x + 8), avx2_load_f32(y + 8), s1)
                s2 = avx2_fma(avx2_load_f32(x + 16), avx2_load_f32(y + 16), s2)
                s3 = avx2_fma(avx2_load_f32(x + 24), avx2_load_f32(y + 24), s3)
                k = k &+ 32
            }
            while k < count {
                let left = count &- k
                s0 = avx2_fma(avx2_load_first_f32(a + k, left), avx2_load_first_f32(b + k, left), s0)
                k = k &+ 8
            }
            return avx2_sum(avx2_add(avx2_add(s0, s1), avx2_add(s2, s3)))
        }
    }
#endif
