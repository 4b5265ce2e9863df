internal import Synchronization

/// When the threads of a pool worked on loops, and when a loop's caller waited for the others.
///
/// Each thread writes into memory of its own that is there before anything is recorded: nobody allocates, waits
/// or takes a lock. What finds no room is only counted.
package final class LoopRecorder: Sendable {
    private let lanes: [Lane]

    /// - Parameters:
    ///   - threads: of the pool, the caller of loops included.
    ///   - capacity: events of each thread.
    package init(threads: Int, capacity: Int) {
        lanes = (0..<max(1, threads)).map { _ in Lane(capacity: capacity) }
    }

    /// Threads that there is room for.
    package var threadCount: Int { lanes.count }

    /// Events that found no room.
    package var droppedEvents: Int {
        lanes.reduce(0) { $0 + $1.dropped.load(ordering: .relaxed) }
    }

    /// Whether so little room is left that it is time to read and forget.
    package var isHalfFull: Bool { lanes.contains { $0.isHalfFull } }

    /// Keeps an event.
    ///
    /// - Parameters:
    ///   - thread: number of the calling thread in its pool.
    ///   - start: of ``MonotonicClock``, as `end`.
    package func record(_ kind: LoopEvent.Kind, on thread: Int, start: UInt64, end: UInt64) {
        lanes[thread].append(kind, start, end)
    }

    /// The events of a thread in their order.
    ///
    /// - Precondition: no loop is running; nor at ``removeAll()``.
    package func events(of thread: Int) -> [LoopEvent] {
        lanes[thread].events
    }

    /// Forgets all events, and that some were dropped.
    package func removeAll() {
        for lane in lanes { lane.removeAll() }
    }
}

/// What one thread did for one loop.
package struct LoopEvent: Sendable, Equatable {
    package enum Kind: Sendable {
        /// Working on chunks.
        case part
        /// The loop's caller waiting for the chunks of others.
        case waiting
    }

    package let kind: Kind
    /// Nanoseconds of ``MonotonicClock``, as ``end``.
    package let start: UInt64
    package let end: UInt64
}

/// The events of one thread, which alone writes here.
///
/// The words are atomic so that another thread may read them once it knows, from the loop's end, that they are
/// written; storing one costs no more than any other word.
private final class Lane: Sendable {
    private let blocks: [Block]
    private let count = Atomic(0)
    let dropped = Atomic(0)

    init(capacity: Int) {
        let blockCount = (max(0, capacity) + Block.eventCount - 1) / Block.eventCount
        blocks = (0..<blockCount).map { _ in Block() }
    }

    var isHalfFull: Bool { count.load(ordering: .relaxed) > blocks.count * Block.eventCount / 2 }

    func append(_ kind: LoopEvent.Kind, _ start: UInt64, _ end: UInt64) {
        let index = count.load(ordering: .relaxed)
        guard index < blocks.count * Block.eventCount else {
            dropped.add(1, ordering: .relaxed)
            return
        }
        let (block, place) = index.quotientAndRemainder(dividingBy: Block.eventCount)
        blocks[block].words[2 * place].store(start, ordering: .relaxed)
        // A clock in nanoseconds needs some 290 years for the last bit.
        blocks[block].words[2 * place + 1].store(end << 1 | (kind == .part ? 0 : 1), ordering: .relaxed)
        count.store(index + 1, ordering: .releasing)
    }

    var events: [LoopEvent] {
        (0..<count.load(ordering: .acquiring)).map { index in
            let (block, place) = index.quotientAndRemainder(dividingBy: Block.eventCount)
            let end = blocks[block].words[2 * place + 1].load(ordering: .relaxed)
            return LoopEvent(
                kind: end & 1 == 0 ? .part : .waiting,
                start: blocks[block].words[2 * place].load(ordering: .relaxed), end: end >> 1)
        }
    }

    func removeAll() {
        count.store(0, ordering: .relaxed)
        dropped.store(0, ordering: .relaxed)
    }
}

/// A part of a lane: arrays cannot hold atomics.
private final class Block: Sendable {
    static let eventCount = 1_024
    /// Start and end of each event.
    let words = InlineArray<2_048, Atomic<UInt64>> { _ in Atomic(0) }
}
