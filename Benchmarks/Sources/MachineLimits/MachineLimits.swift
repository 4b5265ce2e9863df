internal import CLimits
package import Kernels
package import Threading

/// What a processor can do at most: loops of one instruction in registers, and reading memory.
package enum MachineLimits {
    /// Operations of one block of the loops, some milliseconds of work.
    private static let rounds: Int64 = 200_000

    /// Runs float32 multiply-adds on all threads and returns the number of operations, two for each. Portable
    /// code has the limit of AVX2: the compiler decides what its loops become.
    package static func runFloat32(_ set: InstructionSet, on pool: ThreadPool) -> Double {
        run(set == .avx512 ? limit_fma_avx512 : limit_fma_avx2, on: pool)
    }

    /// Runs products of unsigned and signed bytes, added to 32-bit integers; otherwise as
    /// ``runFloat32(_:on:)``.
    package static func runInt8(_ set: InstructionSet, on pool: ThreadPool) -> Double {
        run(set == .avx512 ? limit_dot_avx512 : limit_dot_avx2, on: pool)
    }

    private static func run(_ loop: @escaping @Sendable (Int64) -> Double, on pool: ThreadPool) -> Double {
        let blocks = pool.threadCount * 4
        pool.parallelFor(blocks) { range in
            for _ in range { _ = loop(rounds) }
        }
        return Double(blocks) * loop(1) * Double(rounds)
    }

    /// Reads memory once, a part on each thread.
    package static func read(_ bytes: RawSpan, on pool: ThreadPool) {
        bytes.withUnsafeBytes { bytes in
            guard let start = bytes.baseAddress else { return }
            nonisolated(unsafe) let base = start
            let page = 4096
            pool.parallelFor(bytes.count / page) { range in
                limit_read(base + range.lowerBound * page, Int64(range.count * page))
            }
        }
    }

    /// The highest of some measurements, in work per second.
    ///
    /// - Parameter body: does the work and returns how much it was.
    package static func best(of count: Int, _ body: () -> Double) -> Double {
        (0..<count).reduce(0) { best, _ in
            var work = 0.0
            let time = ContinuousClock().measure { work = body() }
            return max(best, work / (time / .seconds(1)))
        }
    }
}
