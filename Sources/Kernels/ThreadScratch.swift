internal import Memory
internal import Synchronization

/// Memory for each thread of a loop to work in, which is that of the loop before if it suffices: what another processor
/// has written last would have to come from its caches, line by line.
struct ThreadScratch: Sendable {
    private let byteCount: Int

    /// - Parameter byteCount: for each thread.
    init(byteCount: Int) {
        self.byteCount = byteCount
    }

    /// Runs `body` with a thread's memory, aligned to 64 bytes. What is there before is undefined.
    ///
    /// - Parameter thread: the running one's number. Others of the same number, of another pool or in a loop within a
    ///   loop, do no harm.
    func withMemory<Result>(of thread: Int, _ body: (UnsafeMutableRawPointer) -> Result) -> Result {
        var block = Self.kept.take(thread)
        if block?.byteCount ?? -1 < byteCount { block = nil }
        let memory = block ?? MemoryBlock(byteCount: byteCount)
        defer { Self.kept.keep(memory, for: thread) }
        return body(memory.base)
    }

    private static let kept = KeptBlocks()
}

/// A block for each thread.
private final class KeptBlocks: Sendable {
    private let blocks = InlineArray<16, Atomic<Unmanaged<MemoryBlock>?>> { _ in Atomic(nil) }
    /// Larger ones go back to where all memory comes from.
    private static let largestSize = 4 << 20

    func take(_ thread: Int) -> MemoryBlock? {
        guard thread < blocks.count else { return nil }
        return blocks[thread].exchange(nil, ordering: .acquiring)?.takeRetainedValue()
    }

    /// Instead of one that may be kept already.
    func keep(_ block: MemoryBlock, for thread: Int) {
        guard thread < blocks.count, block.byteCount <= Self.largestSize else { return }
        blocks[thread].exchange(.passRetained(block), ordering: .acquiringAndReleasing)?.release()
    }
}
