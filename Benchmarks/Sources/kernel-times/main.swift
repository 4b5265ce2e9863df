import COpenBLAS
import Foundation
import Kernels
import Threading

// Times of the float products against OpenBLAS's and the processor's limit, in turn with each other, so that
// the ratios hold on a machine that others use too.
//
//   swift run -c release --package-path Benchmarks kernel-times [rounds [threads]]
//
// One thread is measured by its own processor time, which other processes disturb least.

let rounds = CommandLine.arguments.count > 1 ? Int(CommandLine.arguments[1]) ?? 9 : 9
let threads = CommandLine.arguments.count > 2 ? Int(CommandLine.arguments[2]) ?? 2 : 2
let pool = ThreadPool(threads: threads)
openblas_set_num_threads(1)

func now() -> Double {
    var time = timespec()
    clock_gettime(threads == 1 ? CLOCK_THREAD_CPUTIME_ID : CLOCK_MONOTONIC, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
}

func seconds(_ body: () -> Void) -> Double {
    let start = now()
    body()
    return now() - start
}

func text(_ x: Double, _ digits: Int = 1) -> String { String(format: "%7.\(digits)f", x) }

/// GFLOP/s of multiply-adds in registers on all threads.
func limit(_ kernels: KernelTable) -> Double {
    let rounds = 200_000
    let work = 2e-9 * Double(threads * 4) * Double(kernels.multiplyAdds(rounds: rounds))
    let times = (0..<4).map { _ in
        seconds {
            pool.parallelFor(threads * 4) { range in
                for _ in range { _ = kernels.multiplyAdds(rounds: rounds) }
            }
        }
    }
    return work / (times.min() ?? 1)
}

/// C = A · B by OpenBLAS, half of the columns on each thread.
func blas(
    _ a: [Float], _ b: UnsafePointer<Float>, _ c: inout [Float], m: Int, n: Int, k: Int, transposed: Bool
) {
    a.withUnsafeBufferPointer { a in
        c.withUnsafeMutableBufferPointer { c in
            nonisolated(unsafe) let (a, b, c) = (a.baseAddress, b, c.baseAddress)
            let half = (n / 2 + 63) / 64 * 64
            pool.parallelFor(2) { range in
                for part in range {
                    let (first, end) = part == 0 ? (0, min(n, half)) : (min(n, half), n)
                    guard let c, first < end else { continue }
                    cblas_sgemm(
                        CblasRowMajor, CblasNoTrans, transposed ? CblasTrans : CblasNoTrans, Int32(m),
                        Int32(end - first), Int32(k), 1, a, Int32(k), transposed ? b + first * k : b + first,
                        Int32(transposed ? k : n), 0, c + first, Int32(n))
                }
            }
        }
    }
}

func products(_ set: InstructionSet) {
    let kernels = KernelTable(set)
    let peak = limit(kernels)
    print("\(set): limit \(text(peak)) GFLOP/s")
    print("     M     N     K  B     Swift  OpenBLAS   ratio  of limit")
    for (m, n, k) in [
        (143, 1024, 1024), (143, 4096, 1024), (143, 1024, 4096), (143, 2048, 2048), (158, 6144, 2048),
        (26, 4096, 1024), (40, 4096, 1024), (390, 1024, 1024), (390, 4096, 1024), (1500, 1024, 1024),
        (1500, 1024, 4096), (104, 104, 64), (20, 2048, 2048),
        (4, 2048, 2048),
    ] {
        for transposed in [false, true] {
            // As many matrices as a model has, so that weights come from memory.
            let copies = max(1, min(12, 100_000_000 / (n * k)))
            let a = (0..<m * k).map { Float($0 % 31) * 0.01 - 0.15 }
            let b = UnsafeMutablePointer<Float>.allocate(capacity: copies * n * k)
            defer { b.deallocate() }
            for index in 0..<copies * n * k { b[index] = Float(index % 29) * 0.01 - 0.14 }
            var c = [Float](repeating: 0, count: m * n)
            var d = c
            var (ours, theirs): ([Double], [Double]) = ([], [])
            for round in 0..<rounds {
                let weights = b + round % copies * n * k
                let bytes = RawSpan(_unsafeStart: weights, byteCount: n * k * 4)
                ours.append(
                    seconds {
                        var span = c.mutableSpan
                        kernels.matMul(
                            MatrixOperand(a.span, rows: m, columns: k),
                            MatrixOperand(
                                bytes, rows: k, columns: n, stride: transposed ? k : n,
                                isTransposed: transposed),
                            into: &span, on: pool)
                    })
                let others = b + (round + copies / 2) % copies * n * k
                theirs.append(
                    seconds { blas(a, others, &d, m: m, n: n, k: k, transposed: transposed) })
                if round == 0 {
                    blas(a, weights, &d, m: m, n: n, k: k, transposed: transposed)
                    let error = zip(c, d).reduce(Float(0)) { max($0, abs($1.0 - $1.1)) }
                    if error > 1e-3 { print("differs by \(error)") }
                }
            }
            let work = 2e-9 * Double(m) * Double(n) * Double(k)
            let (x, y) = (work / (ours.min() ?? 1), work / (theirs.min() ?? 1))
            print(
                String(format: "%6d%6d%6d  %@", m, n, k, transposed ? "T" : "N"), text(x), " ", text(y),
                " ", text(x / y, 2), " ", text(x / peak, 2))
        }
    }
}

for set in InstructionSet.supported where set != .portable { products(set) }
