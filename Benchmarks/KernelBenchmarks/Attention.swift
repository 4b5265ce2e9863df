import Kernels
import Threading

extension KernelBenchmarks {
    /// Rotation of queries.
    func addRotation() {
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
        add("rotation 128", .numbers(128), calls: 1000) { this in
            let (input, table) = (Self.floats(128), Self.floats(64))
            var output = input
            return { _ in
                var span = output.mutableSpan
                this.kernels.rotate(input.span, cos: table.span, sin: table.span, into: &span)
            }
        }
    }

    /// A decoding step's attention, 2 query heads to each of 8 key heads of 128, over the layers of a cache
    /// that no processor cache holds: of numbers as they are, and packed in 16 bits.
    func addCacheReads() {
        for keys in [158, 2000] {
            addCacheRead("scores", keys: keys, resultLength: keys) { kernels, row, cached, result in
                kernels.scores(row, count: 2, keys: cached, stride: 128, into: &result)
            } packed: { kernels, row, cached, result in
                kernels.scores(row, count: 2, packedKeys: cached, stride: 130, into: &result)
            }
            addCacheRead("weighted sums", keys: keys, resultLength: 128) { kernels, row, cached, result in
                kernels.weightedSums(row, count: 2, values: cached, stride: 128, into: &result)
            } packed: { kernels, row, cached, result in
                kernels.weightedSums(row, count: 2, packedValues: cached, stride: 130, into: &result)
            }
        }
        let count = 158 * 8 * 128
        add("packed rows 1264 × 128", .numbers(count)) { this in
            let input = Self.floats(count)
            var output = [Int16](repeating: 0, count: count / 128 * KernelTable.packedRowLength(128))
            return { _ in
                var span = output.mutableSpan
                this.kernels.packRows(input.span, size: 128, into: &span)
            }
        }
    }

    /// Attention of a prefill, causal, 2 query heads to each of 8 key heads of 128, and of the encoder's window.
    func addManyQueries() {
        addAttention("causal", queries: 158, heads: 16, keyHeads: 8, size: 128)
        addAttention("causal", queries: 820, heads: 16, keyHeads: 8, size: 128)
        addAttention("window", queries: 104, heads: 16, keyHeads: 16, size: 64)
    }

    private func addAttention(_ kind: String, queries: Int, heads: Int, keyHeads: Int, size: Int) {
        let isCausal = kind == "causal"
        let pairs = isCausal ? queries * (queries + 1) / 2 : queries * queries
        let name = "attention \(queries) × \(heads) × \(size), \(kind)"
        add(name, .operations(2 * heads * pairs * 2 * size)) { this in
            let (q, k) = (Self.floats(queries * heads * size), Self.floats(queries * keyHeads * size))
            var result = q
            let visible = VisibleKeys(first: -queries, end: isCausal ? 1 : queries, count: queries)
            return { _ in
                var span = result.mutableSpan
                let strides = (entry: 0, head: size, row: keyHeads * size)
                let keys = HeadRows(
                    k.span, entries: 1, heads: keyHeads, rows: queries, size: size, strides: strides)
                this.kernels.attend(
                    HeadRows(
                        q.span, entries: 1, heads: heads, rows: queries, size: size,
                        strides: (entry: 0, head: size, row: heads * size)),
                    keys: keys, values: keys, scale: 0.1, visible: [visible], into: &span, on: this.pool)
            }
        }
    }

    private typealias Read<Element> =
        @Sendable (KernelTable, Span<Float>, Span<Element>, inout MutableSpan<Float>) -> Void

    /// - Parameters:
    ///   - resultLength: numbers for each of the two queries.
    ///   - body: receives two queries, or their weights, and the keys or values of one head.
    ///   - packed: likewise.
    private func addCacheRead(
        _ name: String, keys: Int, resultLength: Int, _ body: @escaping Read<Float>,
        packed: @escaping Read<Int16>
    ) {
        let (layers, size) = (28, 128)
        let queryLength = resultLength == keys ? size : keys
        for (kind, rowLength, width) in [
            ("float32", size, 4), ("packed", KernelTable.packedRowLength(size), 2),
        ] {
            let headSize = keys * rowLength
            let heads = 8
            add("\(name), \(keys) keys, \(kind)", .bytes(heads * headSize * width)) { this in
                let isPacked = kind == "packed"
                let cache = isPacked ? [] : Self.floats(layers * heads * headSize)
                let packedCache =
                    isPacked ? this.packedHeads(layers * heads, keys: keys, size: size) : []
                let rows = Self.floats(2 * queryLength)
                let kernels = this.kernels
                return { call in
                    this.pool.parallelFor(heads) { range in
                        var result = [Float](repeating: 0, count: 2 * resultLength)
                        for head in range {
                            let start = (call % layers * heads + head) * headSize
                            let part = start..<start + headSize
                            var span = result.mutableSpan
                            if isPacked {
                                packed(kernels, rows.span, packedCache.span.extracting(part), &span)
                            } else {
                                body(kernels, rows.span, cache.span.extracting(part), &span)
                            }
                        }
                    }
                }
            }
        }
    }

    /// The same packed rows for each of some heads.
    private func packedHeads(_ heads: Int, keys: Int, size: Int) -> [Int16] {
        var head = [Int16](repeating: 0, count: keys * KernelTable.packedRowLength(size))
        let numbers = Self.floats(keys * size)
        var span = head.mutableSpan
        kernels.packRows(numbers.span, size: size, into: &span)
        return (0..<heads).flatMap { _ in head }
    }
}
