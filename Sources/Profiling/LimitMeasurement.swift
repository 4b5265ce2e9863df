package import Kernels
internal import Synchronization
internal import Tensors
package import Threading
package import Transcription

/// Measures what this machine can do at most with some kernels and threads, in about a second.
package struct LimitMeasurement {
    private let kernels: KernelTable
    private let pool: ThreadPool

    /// Each limit is the best of this many trials: others who use the machine only slow them down.
    private static let trials = 8
    /// Nanoseconds of a trial of arithmetic.
    private static let trialTime = 25_000_000.0
    /// Parts of a trial for each thread, so that one that wakes up late has no more to do than the others.
    private static let partsPerThread = 16
    /// Floats of the array that is read; more than caches hold.
    private static let memoryCount = 64 << 20

    package init(_ kernels: KernelTable, on pool: ThreadPool) {
        self.kernels = kernels
        self.pool = pool
    }

    package func measure() -> Profile.Limits {
        Profile.Limits(
            memoryRead: memoryRead(),
            float32: 2 * multiplyAddRate { kernels.multiplyAdds(rounds: $0) },
            int8: 2 * multiplyAddRate { kernels.byteProducts(rounds: $0) })
    }

    /// Multiply-adds a second of all threads.
    ///
    /// - Parameter loop: runs some rounds and returns how many multiply-adds they had.
    private func multiplyAddRate(_ loop: @Sendable (_ rounds: Int) -> Int) -> Double {
        let parts = pool.threadCount * Self.partsPerThread
        var rounds = 1_000
        // Also long enough for processors that first have to wake up their wide units.
        while true {
            let time = seconds { _ = loop(rounds) } * 1e9
            let wanted = Self.trialTime / Double(Self.partsPerThread)
            if time >= wanted / 2 || rounds > 1 << 40 { break }
            rounds *= 2
        }
        let roundsPerPart = rounds
        var best = 0.0
        for _ in 0..<Self.trials {
            let total = Atomic(0)
            let time = seconds {
                pool.parallelFor(parts) { range in
                    for _ in range { total.add(loop(roundsPerPart), ordering: .relaxed) }
                }
            }
            best = max(best, Double(total.load(ordering: .relaxed)) / time)
        }
        return best
    }

    /// Bytes a second that all threads read together.
    private func memoryRead() -> Double {
        // Not zeros: the system keeps pages that nobody wrote in one place.
        let values = Tensor.build(
            Float.self, [Self.memoryCount], rows: Self.memoryCount, grain: 1 << 16, on: pool
        ) { range, output in
            for index in 0..<range.count { output[index] = 1 }
        }
        let parts = pool.threadCount * Self.partsPerThread
        let partCount = Self.memoryCount / parts
        var best = 0.0
        for _ in 0..<Self.trials {
            let total = Atomic(0)
            let time = seconds {
                pool.parallelFor(parts) { range in
                    let all = values.span(Float.self)
                    for part in range {
                        let start = part * partCount
                        total.add(
                            kernels.read(all.extracting(start..<start + partCount)), ordering: .relaxed)
                    }
                }
            }
            best = max(best, Double(total.load(ordering: .relaxed)) / time)
        }
        return best
    }

    private func seconds(_ body: () -> Void) -> Double {
        let start = MonotonicClock.now
        body()
        return Double(max(1, MonotonicClock.now - start)) * 1e-9
    }
}
