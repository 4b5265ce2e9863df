internal import CSIMD

/// The rows that AVX-512's four-bit products of many rows compute together.
package enum NBitsTile: Sendable, CaseIterable {
    /// Six: the fewest instructions for a product, for processors that start two of them in a cycle.
    case tall
    /// Three, whose sums all stay in registers: for processors that start one product in a cycle, and would wait at
    /// the end of each block of a tall tile.
    case short

    /// What suits this processor.
    package static let best: NBitsTile = csimd_halves_avx512_vectors() ? .short : .tall
}
