/// Uninitialised memory, aligned to cache lines, that another block may take over when this one goes.
///
/// A run of a graph needs blocks of the same sizes again and again. Memory that the system takes back and hands
/// out anew has to be cleared page by page, which costs more than many an operator.
///
/// Unchecked because of the raw pointer: whoever creates a block writes it before anyone else gets it.
package final class MemoryBlock: @unchecked Sendable {
    package let base: UnsafeMutableRawPointer
    private let byteCount: Int

    /// A cache line, and the widest vector.
    package static let alignment = 64

    package init(byteCount: Int) {
        self.byteCount = byteCount
        base =
            MemoryStore.shared.take(byteCount)
            ?? .allocate(byteCount: MemoryStore.roundedUp(byteCount), alignment: Self.alignment)
    }

    deinit {
        if !MemoryStore.shared.keep(base, byteCount) { base.deallocate() }
    }
}
