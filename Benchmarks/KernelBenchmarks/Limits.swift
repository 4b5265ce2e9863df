import Kernels
import Threading

extension KernelBenchmarks {
    /// What the kernels are held against.
    func addLimits() {
        addLimit("limit of float32") { $0.multiplyAdds(rounds: $1) }
        addLimit("limit of int8") { $0.byteProducts(rounds: $1) }
        // A part at a time of more than any cache holds, as weights are read.
        let (parts, size) = (32, 2 << 20)
        add("limit of memory read", .bytes(4 * size)) { this in
            let memory = Self.floats(parts * size)
            let shares = this.pool.threadCount * 4
            let kernels = this.kernels
            return { call in
                let first = call % parts * size
                this.pool.parallelFor(shares) { range in
                    let (start, end) = (range.lowerBound * size / shares, range.upperBound * size / shares)
                    _ = kernels.read(memory.span.extracting(first + start..<first + end))
                }
            }
        }
    }

    /// - Parameter loop: runs some rounds and returns the number of multiply-adds.
    private func addLimit(_ name: String, _ loop: @escaping @Sendable (KernelTable, _ rounds: Int) -> Int) {
        let (rounds, shares) = (20_000, pool.threadCount * 4)
        add(name, .operations(2 * shares * loop(kernels, rounds))) { this in
            let kernels = this.kernels
            return { _ in
                this.pool.parallelFor(shares) { range in
                    for _ in range { _ = loop(kernels, rounds) }
                }
            }
        }
    }
}
