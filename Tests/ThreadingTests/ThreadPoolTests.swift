import Synchronization
import Testing
import Threading

@Suite struct ThreadPoolTests {
    /// Without a lock: the pool alone orders what the iterations write and what its caller reads.
    @Test(arguments: [1, 2, 3, 8, 20], [0, 1, 2, 3, 7, 8, 9, 1_000])
    func everyIterationRunsOnce(threads: Int, count: Int) {
        let pool = ThreadPool(threads: threads)
        nonisolated(unsafe) let seen = UnsafeMutableBufferPointer<Int>.allocate(capacity: count)
        defer { seen.deallocate() }
        for grain in [1, 4, 2_000] {
            seen.initialize(repeating: 0)
            pool.parallelFor(count, grain: grain) { range in
                for index in range { seen[index] += 1 }
            }
            #expect(Array(seen) == [Int](repeating: 1, count: count))
        }
    }

    /// Each thread has a counter for itself: without atomics none would be complete if two calls had the same one.
    @Test(arguments: [1, 2, 3, 8])
    func threadsAreNumbered(threads: Int) {
        let pool = ThreadPool(threads: threads)
        nonisolated(unsafe) let counts = UnsafeMutableBufferPointer<Int>.allocate(capacity: threads)
        defer { counts.deallocate() }
        counts.initialize(repeating: 0)
        for _ in 0..<200 {
            pool.parallelFor(1_000) { range, thread in
                for _ in range { counts[thread] += 1 }
            }
        }
        #expect(counts.reduce(0, +) == 200_000)
    }

    /// More iterations than 32 bits count are claimed several at a time.
    @Test(arguments: [1 << 31 - 1, 1 << 31, 1 << 33 + 5])
    func loopsMayBeLong(count: Int) {
        let pool = ThreadPool(threads: 3)
        let total = Atomic(0)
        let last = Atomic(0)
        pool.parallelFor(count, grain: 1 << 27) { range in
            total.add(range.count, ordering: .relaxed)
            last.max(range.upperBound, ordering: .relaxed)
        }
        #expect(total.load(ordering: .relaxed) == count)
        #expect(last.load(ordering: .relaxed) == count)
    }

    /// Many short loops in a row: workers are found spinning, parking and parked.
    @Test func loopsFollowEachOther() {
        let pool = ThreadPool(threads: 4)
        let total = Atomic(0)
        for _ in 0..<20_000 {
            pool.parallelFor(8) { range in
                total.add(range.count, ordering: .relaxed)
            }
        }
        #expect(total.load(ordering: .relaxed) == 160_000)
    }

    @Test func loopWithinLoopRunsOnItsCaller() {
        let pool = ThreadPool(threads: 2)
        let total = Atomic(0)
        pool.parallelFor(4) { outer in
            for _ in outer {
                pool.parallelFor(10) { inner in total.add(inner.count, ordering: .relaxed) }
            }
        }
        #expect(total.load(ordering: .relaxed) == 40)
    }

    @Test func tasksShareThePool() async {
        let pool = ThreadPool(threads: 3)
        let total = Counter()
        await withTaskGroup { group in
            for _ in 0..<8 {
                group.addTask {
                    for _ in 0..<500 {
                        pool.parallelFor(5) { range in total.value.add(range.count, ordering: .relaxed) }
                    }
                }
            }
        }
        #expect(total.value.load(ordering: .relaxed) == 8 * 500 * 5)
    }
}

/// Shared by tasks, which cannot capture an atomic itself.
private final class Counter: Sendable {
    let value = Atomic(0)
}
