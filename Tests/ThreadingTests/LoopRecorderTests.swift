import Synchronization
import Testing
import Threading

@Suite struct LoopRecorderTests {
    /// Keeps a thread busy long enough that another one can take part.
    private static func spin() {
        let start = MonotonicClock.now
        while MonotonicClock.now - start < 200_000 {}
    }

    @Test(arguments: [2, 3, 8])
    func partsLieWithinTheirLoop(threads: Int) {
        let recorder = LoopRecorder(threads: threads, capacity: 1_000)
        let pool = ThreadPool(threads: threads).recording(to: recorder)
        var loops: [(start: UInt64, end: UInt64)] = []
        for _ in 0..<20 {
            let start = MonotonicClock.now
            pool.parallelFor(16) { range in for _ in range { Self.spin() } }
            loops.append((start, MonotonicClock.now))
        }
        #expect(recorder.droppedEvents == 0)
        let caller = recorder.events(of: 0)
        // Others may be so quick that nothing is left for the caller.
        #expect(caller.count { $0.kind == .waiting } == 20)
        #expect(caller.count { $0.kind == .part } <= 20)
        for thread in 0..<threads {
            let events = recorder.events(of: thread)
            for event in events {
                #expect(event.start <= event.end)
                #expect(loops.contains { $0.start <= event.start && event.end <= $0.end })
            }
            #expect(zip(events, events.dropFirst()).allSatisfy { $0.end <= $1.start })
            if thread > 0 { #expect(events.count <= 20 && events.allSatisfy { $0.kind == .part }) }
        }
    }

    /// The caller waits for exactly as long as others still work.
    @Test func waitingEndsAfterTheLastPart() {
        let recorder = LoopRecorder(threads: 2, capacity: 1_000)
        let pool = ThreadPool(threads: 2).recording(to: recorder)
        for _ in 0..<50 { pool.parallelFor(2) { range in for _ in range { Self.spin() } } }
        let (caller, worker) = (recorder.events(of: 0), recorder.events(of: 1))
        let waits = caller.filter { $0.kind == .waiting }
        for part in worker {
            #expect(waits.contains { part.start <= $0.end && part.end <= $0.end })
        }
    }

    @Test func whatFindsNoRoomIsCounted() {
        let recorder = LoopRecorder(threads: 1, capacity: 1_024)
        for number in 0..<1_030 {
            recorder.record(.part, on: 0, start: UInt64(number), end: UInt64(number) + 1)
        }
        #expect(recorder.events(of: 0).count == 1_024)
        #expect(recorder.droppedEvents == 6)
        #expect(recorder.events(of: 0).map(\.start) == (0..<1_024).map { UInt64($0) })
        recorder.removeAll()
        #expect(recorder.events(of: 0).isEmpty)
        #expect(recorder.droppedEvents == 0)
        recorder.record(.waiting, on: 0, start: 3, end: 5)
        let kept = recorder.events(of: 0)
        #expect(kept.map(\.kind) == [.waiting] && kept.map(\.start) == [3] && kept.map(\.end) == [5])
    }

    @Test func withoutRoomNothingIsKept() {
        let recorder = LoopRecorder(threads: 2, capacity: 0)
        let total = Atomic(0)
        ThreadPool(threads: 2).recording(to: recorder).parallelFor(8) { range in
            total.add(range.count, ordering: .relaxed)
        }
        #expect(total.load(ordering: .relaxed) == 8)
        #expect(recorder.events(of: 0).isEmpty && recorder.events(of: 1).isEmpty)
        #expect(recorder.droppedEvents >= 2)
    }

    /// A loop within a loop runs on its caller and is part of the outer one.
    @Test func innerLoopsAreNotRecorded() {
        let recorder = LoopRecorder(threads: 2, capacity: 100)
        let pool = ThreadPool(threads: 2).recording(to: recorder)
        pool.parallelFor(4) { outer in
            for _ in outer { pool.parallelFor(10) { _ in } }
        }
        #expect(recorder.events(of: 0).count { $0.kind == .waiting } == 1)
        #expect(recorder.events(of: 0).count <= 2)
        #expect(recorder.events(of: 1).count <= 1)
    }

    /// Others who use the same threads leave no trace.
    @Test func onlyTheRecordingPoolRecords() {
        let recorder = LoopRecorder(threads: 2, capacity: 100)
        let pool = ThreadPool(threads: 2)
        let recording = pool.recording(to: recorder)
        pool.parallelFor(8) { _ in Self.spin() }
        #expect(recorder.events(of: 0).isEmpty && recorder.events(of: 1).isEmpty)
        recording.parallelFor(8) { _ in Self.spin() }
        pool.parallelFor(8) { _ in Self.spin() }
        #expect(recorder.events(of: 0).count { $0.kind == .waiting } == 1)
    }

    /// The recording pool keeps the threads alive, and does not end them.
    @Test func threadsOutliveEitherPool() {
        let recorder = LoopRecorder(threads: 2, capacity: 100)
        let total = Atomic(0)
        func recordingPool() -> ThreadPool { ThreadPool(threads: 2).recording(to: recorder) }
        let kept = recordingPool()
        kept.parallelFor(8) { total.add($0.count, ordering: .relaxed) }
        let pool = ThreadPool(threads: 2)
        do { _ = pool.recording(to: recorder) }
        pool.parallelFor(8) { total.add($0.count, ordering: .relaxed) }
        #expect(total.load(ordering: .relaxed) == 16)
    }
}
