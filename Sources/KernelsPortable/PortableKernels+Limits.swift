internal import CSIMD

extension PortableKernels {
    /// Products of a round of ``byteProducts(rounds:u:s:)``.
    package static var byteProductsPerRound: Int { 128 }

    /// Sums of products of unsigned and signed bytes, as ``matMulNBits`` computes them.
    ///
    /// - Parameters:
    ///   - u: 128 bytes up to 15.
    ///   - s: 128 bytes.
    /// - Returns: a number that depends on all of them.
    @inline(never)
    package static func byteProducts(
        rounds: Int, u: UnsafePointer<UInt8>, s: UnsafePointer<Int8>
    ) -> Int32 {
        var wide = i32x4.zero
        var round = 0
        while round < rounds {
            csimd_memory_barrier()
            var narrow = i16x8.zero
            var index = 0
            while index < 128 {
                narrow &+=
                    csimd_widen_u8x8(csimd_load_u8x8(u + index))
                    &* csimd_widen_i8x8(csimd_load_i8x8(s + index))
                index = index &+ 8
            }
            wide &+= csimd_widen_add_i16x8(narrow)
            round = round &+ 1
        }
        return wide.wrappedSum()
    }
}
