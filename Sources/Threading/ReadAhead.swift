internal import CSIMD
internal import Synchronization

/// A region of memory by its place alone: it says nothing of what is there, and may outlive it.
package struct MemoryRegion: Sendable, Equatable {
    package let address: UInt
    package let byteCount: Int

    package init(address: UInt, byteCount: Int) {
        self.address = address
        self.byteCount = byteCount
    }
}

/// Memory that threads without work bring to their caches, a piece at a time.
///
/// Asking for memory is no access: where nothing is any more, nothing happens.
package final class ReadAhead: Sendable {
    /// Bytes of a piece: so few that a thread soon looks for work again.
    package static let pieceSize = 512
    /// Pieces of a region that are asked for: what leaves room in a second cache of 1 MB.
    package static let mostPieces = 1_536

    /// The next piece's address, in pieces, and in the low 16 bits how many there are from it on.
    private let pieces = Atomic<UInt64>(0)

    package init() {}

    /// From now on the first pieces of a region, instead of what is left of the one before.
    package func announce(_ region: MemoryRegion) {
        let count = UInt64(min(Self.mostPieces, max(0, region.byteCount) / Self.pieceSize))
        let first = UInt64(region.address) / UInt64(Self.pieceSize)
        pieces.store(first << 16 | count, ordering: .relaxed)
    }

    /// Asks for a piece that no other thread has asked for.
    ///
    /// - Returns: where it is; nil if none is left, or another thread was faster.
    @discardableResult
    package func readPiece() -> UInt? {
        let found = pieces.load(ordering: .relaxed)
        guard found & 0xFFFF > 0 else { return nil }
        // The next piece, and one less from there on.
        let (taken, _) = pieces.compareExchange(expected: found, desired: found &+ 0xFFFF, ordering: .relaxed)
        guard taken else { return nil }
        let address = UInt(found >> 16) * UInt(Self.pieceSize)
        csimd_prefetch_lines(address, Self.pieceSize)
        return address
    }
}
