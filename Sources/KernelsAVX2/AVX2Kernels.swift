#if arch(x86_64)
    internal import CSIMD

    /// Kernels in AVX2 and FMA.
    ///
    /// Nothing here may be generic or a closure over a collection: the linker could keep such code, compiled
    /// for this instruction set, for the whole program.
    package enum AVX2Kernels {}

    /// Four columns of 8 rows of 32-bit elements, each column one vector.
    ///
    /// - Parameters:
    ///   - start: the first element of the first row.
    ///   - stride: bytes between rows.
    @inline(__always)
    func loadColumns(_ start: UnsafeRawPointer, stride: Int) -> (i32x8, i32x8, i32x8, i32x8) {
        let lower = start + 4 &* stride
        let r0 = avx2_load_halves(start, lower)
        let r1 = avx2_load_halves(start + stride, lower + stride)
        let r2 = avx2_load_halves(start + 2 &* stride, lower + 2 &* stride)
        let r3 = avx2_load_halves(start + 3 &* stride, lower + 3 &* stride)
        let low01 = avx2_unpack_low_32(r0, r1)
        let low23 = avx2_unpack_low_32(r2, r3)
        let high01 = avx2_unpack_high_32(r0, r1)
        let high23 = avx2_unpack_high_32(r2, r3)
        return (
            avx2_unpack_low_64(low01, low23), avx2_unpack_high_64(low01, low23),
            avx2_unpack_low_64(high01, high23), avx2_unpack_high_64(high01, high23)
        )
    }
#endif
