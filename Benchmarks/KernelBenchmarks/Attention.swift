import Kernels
import Threading

extension KernelBenchmarks {
    /// A decoding step's attention: 2 query heads to each of 8 key heads of 128, in a cache of 28 layers;
    /// rotation of queries; and the kernels on two rows.
    func addAttention() {
        for keys in [158, 2000] {
            addCacheRead("scores", keys: keys, resultLength: keys) { kernels, row, cached, result in
                kernels.scores(row, count: 2, keys: cached, stride: 128, into: &result)
            }
            addCacheRead("weighted sums", keys: keys, resultLength: 128) { kernels, row, cached, result in
                kernels.weightedSums(row, count: 2, values: cached, stride: 128, into: &result)
            }
        }
        for positions in [1, 158] {
            let count = positions * 16 * 128
            let name = "rotation of heads \(positions) × 16 × 128"
            add(name, .numbers(count), calls: positions == 1 ? 50 : 1) { this in
                let (input, table) = (Self.floats(count), Self.floats(positions * 64))
                var output = input
                return { _ in
                    var span = output.mutableSpan
                    this.kernels.rotateHeads(
                        input.span, heads: 16, headSize: 128, cos: table.span, sin: table.span, into: &span)
                }
            }
        }
        let length = 2048
        add("rotation 128", .numbers(128), calls: 1000) { this in
            let (input, table) = (Self.floats(128), Self.floats(64))
            var output = input
            return { _ in
                var span = output.mutableSpan
                this.kernels.rotate(input.span, cos: table.span, sin: table.span, into: &span)
            }
        }
        add("dot product \(length)", .numbers(length), calls: 100) { this in
            let (a, b) = (Self.floats(length), Self.floats(length))
            var sum: Float = 0
            return { _ in sum += this.kernels.dot(a.span, b.span) }
        }
        add("scaled addition \(length)", .numbers(length), calls: 100) { this in
            let input = Self.floats(length)
            var output = input
            return { _ in
                var span = output.mutableSpan
                this.kernels.addScaled(input.span, factor: 1e-6, to: &span)
            }
        }
    }

    /// - Parameters:
    ///   - resultLength: numbers for each of the two queries.
    ///   - body: receives two queries, or their weights, and the keys or values of one head.
    private func addCacheRead(
        _ name: String, keys: Int, resultLength: Int,
        _ body:
            @escaping @Sendable (
                KernelTable, Span<Float>, Span<Float>, inout MutableSpan<Float>
            ) -> Void
    ) {
        let (layers, heads, size) = (28, 8, 128)
        let headSize = keys * size
        add("\(name), \(keys) keys", .bytes(heads * headSize * 4)) { this in
            let cache = Self.floats(layers * heads * headSize)
            let rows = Self.floats(2 * (resultLength == keys ? size : keys))
            let kernels = this.kernels
            return { call in
                this.pool.parallelFor(heads) { range in
                    var result = [Float](repeating: 0, count: 2 * resultLength)
                    for head in range {
                        let start = (call % layers * heads + head) * headSize
                        var span = result.mutableSpan
                        body(kernels, rows.span, cache.span.extracting(start..<start + headSize), &span)
                    }
                }
            }
        }
    }
}
