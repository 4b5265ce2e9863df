internal import Memory
internal import Threading

/// Memory for each thread of a loop to work in: allocated once, though a thread runs many chunks. For little memory, and
/// loops that are not within others, which would run on one thread.
struct ThreadScratch: Sendable {
    private let block: MemoryBlock
    private let stride: Int

    /// - Parameter byteCount: for each thread.
    init(byteCount: Int, on pool: ThreadPool) {
        // Blocks are aligned to a line: at least one lies between two threads', because processors fetch lines in pairs.
        stride = (byteCount + 64 + 127) & ~127
        block = MemoryBlock(byteCount: stride * pool.threadCount)
    }

    /// Runs `body` with a thread's memory, aligned to 64 bytes.
    func withMemory<Result>(of thread: Int, _ body: (UnsafeMutableRawPointer) -> Result) -> Result {
        defer { withExtendedLifetime(block) {} }
        return body(block.base + thread * stride)
    }
}
