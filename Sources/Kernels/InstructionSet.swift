internal import CSIMD

/// Instruction sets that there are kernels for, the fastest first.
package enum InstructionSet: String, Sendable, CaseIterable {
    /// AVX-512 F, BW, VL and VNNI.
    case avx512
    /// AVX2, FMA and F16C.
    case avx2
    /// What every processor of the architecture has.
    case portable

    /// Whether this processor and operating system can run it.
    package var isSupported: Bool {
        switch self {
        case .avx512: csimd_has_avx512_vnni()
        case .avx2: csimd_has_avx2_fma()
        case .portable: true
        }
    }

    /// Those that this machine can run, the fastest first.
    package static let supported = allCases.filter(\.isSupported)
}
