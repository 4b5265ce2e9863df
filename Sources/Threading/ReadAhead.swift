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
/// What a loop goes through is divided among the threads as its iterations are (see ``Loop``): each reads the start of
/// its own part first, then of the others'.
///
/// Asking for memory is no access: where nothing is any more, nothing happens.
package final class ReadAhead: Sendable {
    /// Bytes of a piece: so few that a thread soon looks for work again.
    package static let pieceSize = 512
    /// Most pieces of each part that are asked for: half a second cache of 1 MB. A thread that waits alone goes on with
    /// the others' parts.
    package static let mostPieces = 1_024

    private let partCount: Int
    /// Of each thread's part the next piece's address, in pieces, and in the low 16 bits how many there are from it on.
    private let parts = InlineArray<16, Atomic<UInt64>> { _ in Atomic(0) }

    /// - Parameter threads: that loops are divided among.
    package init(threads: Int) {
        partCount = max(1, min(threads, 16))
    }

    /// From now on the start of each thread's part of some regions that one loop goes through, instead of what is left
    /// of those before.
    package func announce(_ regions: [MemoryRegion]) {
        let total = regions.reduce(0) { $0 + Self.pieces(of: $1) }
        for index in 0..<partCount {
            var start = total * index / partCount
            let length = total * (index + 1) / partCount - start
            var word: UInt64 = 0
            for region in regions {
                let count = Self.pieces(of: region)
                if start < count {
                    // A part that goes on in the next region is announced to the end of this one.
                    let first = UInt64(region.address) / UInt64(Self.pieceSize) + UInt64(start)
                    word = first << 16 | UInt64(min(Self.mostPieces, length, count - start))
                    break
                }
                start -= count
            }
            parts[index].store(word, ordering: .relaxed)
        }
    }

    private static func pieces(of region: MemoryRegion) -> Int { max(0, region.byteCount) / pieceSize }

    /// Asks for a piece that no other thread has asked for.
    ///
    /// - Parameter thread: the asking one's number, as in ``Loop/runChunks(on:)``.
    /// - Returns: where it is; nil if none is left, or another thread was faster.
    @discardableResult
    package func readPiece(for thread: Int) -> UInt? {
        for distance in 0..<partCount {
            let part = (thread + distance) % partCount
            let found = parts[part].load(ordering: .relaxed)
            guard found & 0xFFFF > 0 else { continue }
            // The next piece, and one less from there on.
            let (taken, _) = parts[part].compareExchange(
                expected: found, desired: found &+ 0xFFFF, ordering: .relaxed)
            guard taken else { return nil }
            let address = UInt(found >> 16) * UInt(Self.pieceSize)
            csimd_prefetch_lines(address, Self.pieceSize)
            return address
        }
        return nil
    }
}
