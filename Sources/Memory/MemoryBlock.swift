internal import Glibc

/// Uninitialised memory, aligned to cache lines, that another block may take over when this one goes.
///
/// A run of a graph needs blocks of the same sizes again and again. Memory that the system takes back and hands
/// out anew has to be cleared page by page, which costs more than many an operator.
///
/// Unchecked because of the raw pointer: whoever creates a block writes it before anyone else gets it.
package final class MemoryBlock: @unchecked Sendable {
    package let base: UnsafeMutableRawPointer
    package let byteCount: Int

    /// A cache line, and the widest vector.
    package static let alignment = 64

    package init(byteCount: Int) {
        (base, self.byteCount) = Self.allocate(byteCount)
    }

    /// The memory of a block, for an object that is its owner as a block would be.
    ///
    /// - Returns: the size besides, for ``free(_:_:)``.
    package static func allocate(_ byteCount: Int) -> (base: UnsafeMutableRawPointer, byteCount: Int) {
        precondition(byteCount >= 0)
        return MemoryStore.shared.take(byteCount) ?? (new(MemoryStore.roundedUp(byteCount)), byteCount)
    }

    /// Gives up what ``allocate(_:)`` returned.
    package static func free(_ base: UnsafeMutableRawPointer, _ byteCount: Int) {
        if !MemoryStore.shared.keep(base, byteCount) { base.deallocate() }
    }

    /// New memory; much of it in huge pages, each of which is cleared at once.
    private static func new(_ byteCount: Int) -> UnsafeMutableRawPointer {
        guard byteCount >= leastForHugePages else {
            return .allocate(byteCount: byteCount, alignment: alignment)
        }
        let base = UnsafeMutableRawPointer.allocate(byteCount: byteCount, alignment: hugePage)
        // Where the system refuses, pages are small.
        _ = madvise(base, byteCount, MADV_HUGEPAGE)
        return base
    }

    private static let hugePage = 2 << 20
    private static let leastForHugePages = 2 * hugePage

    deinit {
        Self.free(base, byteCount)
    }
}
