internal import Synchronization

/// One call of `parallelFor`.
///
/// Every thread has a part of the iterations for itself and takes chunks from its front, so that it goes through
/// memory in order: what one chunk asks for beyond its end is what the next one needs. Who has done its own takes
/// chunks from the back of the others' parts.
final class Loop: Sendable {
    private let count: Int
    /// Iterations that chunks are counted in: 1, unless there are more than 32 bits can count.
    private let unit: Int
    /// Least units of a chunk.
    private let grain: Int
    let recorder: LoopRecorder?
    private let body: @Sendable (Range<Int>, Int) -> Void
    private let partCount: Int
    /// What is left of each part: its start, and in the upper half its end.
    private let parts: InlineArray<16, Atomic<UInt64>>

    init(
        count: Int, grain: Int, threads: Int, recorder: LoopRecorder?,
        body: @escaping @Sendable (Range<Int>, Int) -> Void
    ) {
        self.count = count
        let unit = count >> 31 + 1
        self.unit = unit
        self.grain = max(1, grain / unit)
        self.recorder = recorder
        self.body = body
        let units = (count + unit - 1) / unit
        let partCount = min(threads, 16)
        self.partCount = partCount
        parts = InlineArray { index in
            guard index < partCount else { return Atomic(0) }
            return Atomic(Self.word(units * index / partCount, units * (index + 1) / partCount))
        }
    }

    /// - Parameter thread: the running one's number, 0 for the loop's caller.
    /// - Returns: when no chunk was left; 0 if nothing is recorded.
    @discardableResult
    func runChunks(on thread: Int) -> UInt64 {
        guard let recorder else {
            _ = claimChunks(thread)
            return 0
        }
        let start = MonotonicClock.now
        let ranAny = claimChunks(thread)
        let end = MonotonicClock.now
        if ranAny { recorder.record(.part, on: thread, start: start, end: end) }
        return end
    }

    /// - Returns: whether there was any left.
    private func claimChunks(_ thread: Int) -> Bool {
        var ranAny = false
        for distance in 0..<partCount {
            let part = (thread + distance) % partCount
            while let chunk = claim(part, atFront: distance == 0) {
                body(chunk.lowerBound * unit..<min(count, chunk.upperBound * unit), thread)
                ranAny = true
            }
        }
        return ranAny
    }

    /// Half of what is left of a part, but no less than the grain; nil if nothing is left.
    private func claim(_ part: Int, atFront: Bool) -> Range<Int>? {
        var found = parts[part].load(ordering: .relaxed)
        while true {
            let (start, end) = (Int(found & 0xFFFF_FFFF), Int(found >> 32))
            guard start < end else { return nil }
            let size = min(end - start, max(grain, (end - start) / 2))
            let chunk = atFront ? start..<start + size : end - size..<end
            let rest = atFront ? Self.word(start + size, end) : Self.word(start, end - size)
            let (exchanged, original) = parts[part].compareExchange(
                expected: found, desired: rest, ordering: .relaxed)
            if exchanged { return chunk }
            found = original
        }
    }

    private static func word(_ start: Int, _ end: Int) -> UInt64 {
        UInt64(end) << 32 | UInt64(start)
    }
}
