import Foundation
import Kernels
import MachineLimits
import Threading

// Prints the machine's limits in JSON: bytes of memory read, float32 and 8-bit integer operations in a second.
//
//   swift run -c release --package-path Benchmarks machine-limits [threads]

guard CommandLine.arguments.count <= 2, let threads = Int(CommandLine.arguments.dropFirst().first ?? "2"),
    threads > 0, let set = InstructionSet.supported.first, set != .portable
else {
    FileHandle.standardError.write(Data("usage: machine-limits [threads], on x86-64 with AVX2\n".utf8))
    exit(64)
}
// The best of many short measurements, which what else the machine does disturbs least.
let pool = ThreadPool(threads: threads)
let memory = [UInt8](repeating: 1, count: 256 << 20)
let limits = [
    "memory_read": MachineLimits.best(of: 12) {
        MachineLimits.read(memory.span.bytes, on: pool)
        return Double(memory.count)
    },
    "float32": MachineLimits.best(of: 40) { MachineLimits.runFloat32(set, on: pool) },
    "int8": MachineLimits.best(of: 40) { MachineLimits.runInt8(set, on: pool) },
]
let encoder = JSONEncoder()
encoder.outputFormatting = .sortedKeys
print(String(decoding: try encoder.encode(limits), as: UTF8.self))
