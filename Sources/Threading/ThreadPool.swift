internal import CSIMD
internal import Foundation
internal import Synchronization

/// A fixed set of threads that run the chunks of one loop at a time.
///
/// Workers spin briefly after each loop, because the next one of a decoding step follows within
/// microseconds, and then park. A loop started while another one runs (from a second task, or from within
/// a chunk) runs on its caller alone, so that the processor is never oversubscribed.
package final class ThreadPool: Sendable {
    /// Threads that take part in a loop, the caller included.
    package let threadCount: Int
    private let shared: Shared
    private let loopIsRunning = Mutex(())

    /// - Parameter threads: at least 1; the caller of a loop counts as one of them.
    package init(threads: Int) {
        threadCount = max(1, threads)
        shared = Shared()
        for index in 1..<max(2, threadCount) where index < threadCount {
            let thread = Thread { [shared] in shared.work() }
            thread.name = "qwen3-asr-\(index)"
            thread.stackSize = 4 << 20
            thread.start()
        }
    }

    deinit {
        shared.stop()
    }

    /// Runs `body` over `0..<count` in contiguous chunks, at most one per thread at a time, and returns when
    /// all have ended.
    ///
    /// - Parameters:
    ///   - count: iterations; none if zero.
    ///   - grain: the least number of iterations that is worth handing to another thread.
    ///   - body: receives disjoint ranges that together cover `0..<count`.
    package func parallelFor(_ count: Int, grain: Int = 1, _ body: @Sendable (Range<Int>) -> Void) {
        guard count > 0 else { return }
        let grain = max(1, grain)
        let chunks = min((count + grain - 1) / grain, threadCount * 4)
        guard threadCount > 1, chunks > 1 else { return body(0..<count) }
        let ran: Void? = loopIsRunning.withLockIfAvailable { _ in
            withoutActuallyEscaping(body) { body in
                shared.run(Loop(count: count, chunks: chunks, body: body))
            }
        }
        if ran == nil { body(0..<count) }
    }
}

/// One call of `parallelFor`: chunks are claimed by counting up.
private final class Loop: Sendable {
    let count: Int
    let chunks: Int
    let body: @Sendable (Range<Int>) -> Void
    private let next = Atomic<Int>(0)

    init(count: Int, chunks: Int, body: @escaping @Sendable (Range<Int>) -> Void) {
        self.count = count
        self.chunks = chunks
        self.body = body
    }

    func runChunks() {
        while true {
            let chunk = next.add(1, ordering: .relaxed).oldValue
            guard chunk < chunks else { return }
            body(bound(chunk)..<bound(chunk + 1))
        }
    }

    private func bound(_ chunk: Int) -> Int {
        let (quotient, remainder) = count.quotientAndRemainder(dividingBy: chunks)
        return chunk * quotient + min(chunk, remainder)
    }
}

/// What the workers and the caller of a loop share.
///
/// Everything is atomic rather than guarded by a lock: a loop of a decoding step lasts some ten microseconds,
/// and a lock would be taken three times in each.
private final class Shared: Sendable {
    /// The running loop. Its caller keeps it alive until the loop is withdrawn and no worker is inside.
    private let loop = Atomic<Unmanaged<Loop>?>(nil)
    private let isStopping = Atomic<Bool>(false)
    /// Counts loops; workers wait for it to change.
    private let generation = Atomic<Int>(0)
    private let busyWorkers = Atomic<Int>(0)
    private let parkedWorkers = Atomic<Int>(0)
    private let wakeUp = NSCondition()
    private static let spins = 4_000

    func run(_ loop: Loop) {
        self.loop.store(.passUnretained(loop), ordering: .sequentiallyConsistent)
        announce()
        loop.runChunks()
        // A worker counts itself in before it looks for the loop. So either it sees that the loop is withdrawn,
        // or this thread sees the worker: when none is inside, every chunk has ended and `body` may go out of
        // scope.
        self.loop.store(nil, ordering: .sequentiallyConsistent)
        while busyWorkers.load(ordering: .sequentiallyConsistent) != 0 { csimd_spin_hint() }
        withExtendedLifetime(loop) {}
    }

    func stop() {
        isStopping.store(true, ordering: .sequentiallyConsistent)
        announce()
    }

    func work() {
        var seen = 0
        while true {
            waitForChange(from: seen)
            seen = generation.load(ordering: .acquiring)
            if isStopping.load(ordering: .sequentiallyConsistent) { return }
            takePart()
        }
    }

    private func takePart() {
        busyWorkers.add(1, ordering: .sequentiallyConsistent)
        runLoop()
        busyWorkers.subtract(1, ordering: .sequentiallyConsistent)
    }

    /// Runs chunks of the running loop, if there is one.
    ///
    /// Never inlined: the references to the loop must be gone before this worker is counted out, because
    /// the loop's body lives no longer than its caller's frame.
    @inline(never)
    private func runLoop() {
        loop.load(ordering: .sequentiallyConsistent)?.takeUnretainedValue().runChunks()
    }

    private func announce() {
        generation.add(1, ordering: .sequentiallyConsistent)
        guard parkedWorkers.load(ordering: .sequentiallyConsistent) > 0 else { return }
        wakeUp.lock()
        wakeUp.broadcast()
        wakeUp.unlock()
    }

    private func waitForChange(from seen: Int) {
        for _ in 0..<Self.spins {
            if generation.load(ordering: .acquiring) != seen { return }
            csimd_spin_hint()
        }
        wakeUp.lock()
        parkedWorkers.add(1, ordering: .sequentiallyConsistent)
        while generation.load(ordering: .sequentiallyConsistent) == seen { wakeUp.wait() }
        parkedWorkers.subtract(1, ordering: .sequentiallyConsistent)
        wakeUp.unlock()
    }
}
