import Benchmark
import Foundation
import Kernels
import Threading

// Every kernel at the shapes of Qwen3-ASR-1.7B and 11 s of audio, on every instruction set of this machine.
// On one thread; products and limits on as many as BENCHMARK_THREADS says.
let benchmarks: @Sendable () -> Void = {
    Benchmark.defaultConfiguration = .init(
        metrics: [.wallClock, .throughput, KernelBenchmarks.rate], warmupIterations: 2,
        maxDuration: .milliseconds(600), maxIterations: 400)
    let threads = ProcessInfo.processInfo.environment["BENCHMARK_THREADS"].flatMap { Int($0) } ?? 1
    let pool = ThreadPool(threads: threads)
    for set in InstructionSet.supported {
        let kernels = KernelBenchmarks(set, on: pool)
        kernels.addLimits()
        kernels.addFloatProducts()
        kernels.addConvolutions()
        kernels.addQuantisedProducts()
        kernels.addNormalisation()
        kernels.addActivations()
        kernels.addSums()
        kernels.addRotation()
        kernels.addCacheReads()
        kernels.addManyQueries()
    }
}
