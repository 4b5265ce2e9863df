import Benchmark
import Foundation
import Kernels
import Threading

/// Registers benchmarks of one instruction set's kernels.
struct KernelBenchmarks {
    /// What a kernel is measured by.
    enum Work {
        /// A multiply-add is two.
        case operations(Int)
        /// Bytes that come from memory.
        case bytes(Int)
        /// Numbers that a kernel on rows, which one thread runs, writes or adds up.
        case numbers(Int)
    }

    /// Work in a second; the benchmark's name tells which.
    static let rate = BenchmarkMetric.custom("millions per second", polarity: .prefersLarger)

    let set: InstructionSet
    let kernels: KernelTable
    let pool: ThreadPool

    init(_ set: InstructionSet, on pool: ThreadPool) {
        self.set = set
        self.pool = pool
        kernels = KernelTable(set)
    }

    /// - Parameters:
    ///   - name: the kernel and its sizes.
    ///   - work: of one call.
    ///   - calls: in one measurement, so that it takes some microseconds.
    ///   - prepare: makes the operands and returns what is measured; its argument counts the calls.
    func add(
        _ name: String, _ work: Work, calls: Int = 1, prepare: @escaping (Self) -> (Int) -> Void
    ) {
        let (amount, unit) =
            switch work {
            case .operations(let count): (count, "operations")
            case .bytes(let count): (count, "bytes")
            case .numbers(let count): (count, "numbers")
            }
        Benchmark("\(name), \(unit), \(set)") { benchmark, call in
            let first = benchmark.currentIteration * calls
            benchmark.startMeasurement()
            let start = now()
            for index in 0..<calls { call(first + index) }
            let time = now() - start
            benchmark.stopMeasurement()
            let rate = Double(amount * calls) / (time * 1e6)
            benchmark.measurement(Self.rate, Int(rate.rounded()))
        } setup: {
            prepare(self)
        }
    }

    /// Seconds. One thread is measured by its own processor time, which other processes disturb least.
    private func now() -> Double {
        var time = timespec()
        clock_gettime(pool.threadCount == 1 ? CLOCK_THREAD_CPUTIME_ID : CLOCK_MONOTONIC, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
    }

    /// Small numbers of both signs.
    static func floats(_ count: Int) -> [Float] {
        (0..<count).map { Float($0 % 31) * 0.01 - 0.15 }
    }

    /// As many copies of weights as no cache holds, so that they come from memory as a model's do.
    static func copies(bytes: Int) -> Int { max(1, min(28, 200_000_000 / bytes)) }
}
