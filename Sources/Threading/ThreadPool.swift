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
    /// Where its loops are recorded, if at all.
    private let recorder: LoopRecorder?
    /// The pool whose threads a recording one uses.
    private let owner: ThreadPool?

    /// - Parameter threads: at least 1; the caller of a loop counts as one of them.
    package init(threads: Int) {
        threadCount = max(1, threads)
        shared = Shared(threads: threadCount)
        recorder = nil
        owner = nil
        for index in 1..<max(2, threadCount) where index < threadCount {
            let thread = Thread { [shared] in shared.work(as: index) }
            thread.name = "qwen3-asr-\(index)"
            thread.stackSize = 4 << 20
            thread.start()
        }
    }

    private init(_ pool: ThreadPool, recorder: LoopRecorder) {
        threadCount = pool.threadCount
        shared = pool.shared
        self.recorder = recorder
        owner = pool
    }

    /// The same threads, with their loops recorded. Loops of others that share them are not.
    ///
    /// - Parameter recorder: for at least as many threads. Only one thread may run recorded loops.
    package func recording(to recorder: LoopRecorder) -> ThreadPool {
        precondition(recorder.threadCount >= threadCount)
        return ThreadPool(self, recorder: recorder)
    }

    deinit {
        if owner == nil { shared.stop() }
    }

    /// Has workers that wait for a loop bring to their caches what they will read first of some regions, because one
    /// of the next loops goes through them, one after the other: memory would be idle while small operators run.
    package func readAhead(_ regions: [MemoryRegion]) {
        shared.readAhead.announce(regions)
    }

    /// Runs `body` over `0..<count` in contiguous chunks, at most one per thread at a time, and returns when
    /// all have ended. Each thread has a part of them for itself, in order, and then helps others with theirs. Chunks
    /// become smaller towards the end, so that threads end at about the same time.
    ///
    /// - Parameters:
    ///   - count: iterations; none if zero.
    ///   - grain: the least number of iterations that is worth handing to another thread.
    ///   - body: receives disjoint ranges that together cover `0..<count`.
    package func parallelFor(_ count: Int, grain: Int = 1, _ body: @Sendable (Range<Int>) -> Void) {
        parallelFor(count, grain: grain) { range, _ in body(range) }
    }

    /// ``parallelFor(_:grain:_:)`` for a body that has something for each thread, such as memory to work in.
    ///
    /// - Parameter body: receives a range and the number, below ``threadCount``, of the thread it runs on: no two
    ///   calls have the same one at a time.
    package func parallelFor(
        _ count: Int, grain: Int = 1, _ body: @Sendable (_ range: Range<Int>, _ thread: Int) -> Void
    ) {
        guard count > 0 else { return }
        guard threadCount > 1, count > grain else { return body(0..<count, 0) }
        guard !shared.loopIsRunning.exchange(true, ordering: .acquiring) else { return body(0..<count, 0) }
        withoutActuallyEscaping(body) { body in
            shared.run(
                Loop(
                    count: count, grain: max(1, grain), threads: threadCount, recorder: recorder, body: body))
        }
        shared.loopIsRunning.store(false, ordering: .releasing)
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
    let loopIsRunning = Atomic<Bool>(false)
    private let busyWorkers = Atomic<Int>(0)
    private let parkedWorkers = Atomic<Int>(0)
    private let wakeUp = NSCondition()
    private static let spins = 4_000
    let readAhead: ReadAhead

    init(threads: Int) {
        readAhead = ReadAhead(threads: threads)
    }

    func run(_ loop: Loop) {
        self.loop.store(.passUnretained(loop), ordering: .sequentiallyConsistent)
        announce()
        let ownEnd = loop.runChunks(on: 0)
        // A worker counts itself in before it looks for the loop. So either it sees that the loop is withdrawn,
        // or this thread sees the worker: when none is inside, every chunk has ended and `body` may go out of
        // scope.
        self.loop.store(nil, ordering: .sequentiallyConsistent)
        while busyWorkers.load(ordering: .sequentiallyConsistent) != 0 { csimd_spin_hint() }
        loop.recorder?.record(.waiting, on: 0, start: ownEnd, end: MonotonicClock.now)
        withExtendedLifetime(loop) {}
    }

    func stop() {
        isStopping.store(true, ordering: .sequentiallyConsistent)
        announce()
    }

    func work(as thread: Int) {
        var seen = 0
        while true {
            waitForChange(from: seen, as: thread)
            seen = generation.load(ordering: .acquiring)
            if isStopping.load(ordering: .sequentiallyConsistent) { return }
            takePart(as: thread)
        }
    }

    private func takePart(as thread: Int) {
        busyWorkers.add(1, ordering: .sequentiallyConsistent)
        runLoop(as: thread)
        busyWorkers.subtract(1, ordering: .sequentiallyConsistent)
    }

    /// Runs chunks of the running loop, if there is one.
    ///
    /// Never inlined: the references to the loop must be gone before this worker is counted out, because
    /// the loop's body lives no longer than its caller's frame.
    @inline(never)
    private func runLoop(as thread: Int) {
        loop.load(ordering: .sequentiallyConsistent)?.takeUnretainedValue().runChunks(on: thread)
    }

    private func announce() {
        generation.add(1, ordering: .sequentiallyConsistent)
        guard parkedWorkers.load(ordering: .sequentiallyConsistent) > 0 else { return }
        wakeUp.lock()
        wakeUp.broadcast()
        wakeUp.unlock()
    }

    private func waitForChange(from seen: Int, as thread: Int) {
        for _ in 0..<Self.spins {
            if generation.load(ordering: .acquiring) != seen { return }
            // The pause is as long as memory takes for a piece, about: a processor forgets what it is asked for faster.
            readAhead.readPiece(for: thread)
            csimd_spin_hint()
        }
        wakeUp.lock()
        parkedWorkers.add(1, ordering: .sequentiallyConsistent)
        while generation.load(ordering: .sequentiallyConsistent) == seen { wakeUp.wait() }
        parkedWorkers.subtract(1, ordering: .sequentiallyConsistent)
        wakeUp.unlock()
    }
}
