#if arch(x86_64)
    internal import CSIMD

    /// Kernels in AVX-512 F, BW, VL and VNNI.
    ///
    /// Nothing here may be generic or a closure over a collection: the linker could keep such code, compiled
    /// for this instruction set, for the whole program.
    package enum AVX512Kernels {}

    /// Four columns of 16 rows of 32-bit elements, each column one vector.
    ///
    /// - Parameters:
    ///   - start: the first element of the first row.
    ///   - stride: bytes between rows.
    @inline(__always)
    func loadColumns(
        _ start: UnsafeRawPointer, stride: Int
    ) -> (i32x16, i32x16, i32x16, i32x16) {
        let r0 = avx512_load_quarters(start, start + 4 * stride, start + 8 * stride, start + 12 * stride)
        let second = start + stride
        let r1 = avx512_load_quarters(second, second + 4 * stride, second + 8 * stride, second + 12 * stride)
        let third = second + stride
        let r2 = avx512_load_quarters(third, third + 4 * stride, third + 8 * stride, third + 12 * stride)
        let fourth = third + stride
        let r3 = avx512_load_quarters(fourth, fourth + 4 * stride, fourth + 8 * stride, fourth + 12 * stride)
        let low01 = avx512_unpack_low_32(r0, r1)
        let low23 = avx512_unpack_low_32(r2, r3)
        let high01 = avx512_unpack_high_32(r0, r1)
        let high23 = avx512_unpack_high_32(r2, r3)
        return (
            avx512_unpack_low_64(low01, low23), avx512_unpack_high_64(low01, low23),
            avx512_unpack_low_64(high01, high23), avx512_unpack_high_64(high01, high23)
        )
    }
#endif
