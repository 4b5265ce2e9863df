package import Kernels
package import Tensors
package import Threading

/// Attention of float32 heads: `softmax(scale · Q · Kᵀ + bias) · V`, several query heads to each key head.
///
/// Works through tiles of query rows. The rows of all query heads of a key head form one tile, so that keys
/// and values are read once for the group and never expanded; a tile computes whole rows of scores, but only
/// for the keys that some row of it may see. Scratch memory is bounded, and tiles run in parallel.
package struct ScaledDotProductAttention: Sendable {
    /// What besides the tensors decides the result.
    package struct Options: Sendable {
        /// Factor of the products; the inverse square root of the head size if nil.
        package var scale: Float?
        /// Scores pass through `softcap · tanh(score / softcap)` if positive.
        package var softcap: Float = 0
        /// Of the first query among the keys, for each entry of the batch; 0 if nil.
        package var offsets: [Int]?
        /// Keys that exist, for each entry of the batch; all if nil.
        package var keyCounts: [Int]?
        /// Most keys before its own position that a query sees; all if nil.
        package var leftWindow: Int?
        /// Most keys after its own position that a query sees: 0 for causal attention; all if nil.
        package var rightWindow: Int?
        /// For each query head a score that takes part in the softmax without a value.
        package var sinks: [Float]?

        package init() {}
    }

    /// `[batch, heads, sequence, size]`, contiguous along the last axis.
    let queries: Tensor
    /// `[batch, key heads, keys, size]`; like the values with packed rows where few queries read
    /// them.
    let keys: Tensor
    /// `[batch, key heads, keys, value size]`
    let values: Tensor
    /// Added to the scores: `[batch, heads, sequence, keys]`, repeated along axes of stride 0.
    let bias: Tensor?
    let options: Options
    let scale: Float

    var batch: Int { queries.shape[0] }
    var heads: Int { queries.shape[1] }
    var length: Int { queries.shape[2] }
    var keyHeads: Int { keys.shape[1] }
    var keyCount: Int { keys.shape[2] }
    /// Query heads of each key head.
    var group: Int { heads / keyHeads }

    /// - Parameters:
    ///   - queries: `[batch, heads, sequence, size]`; like the others a view of any strides, read in place if
    ///     its last axis is contiguous.
    ///   - keys: `[batch, key heads, keys, size]`, where the key heads divide the heads.
    ///   - values: `[batch, key heads, keys, value size]`
    ///   - bias: broadcast to `[batch, heads, sequence, keys]`; a row of minus infinities gives zeros.
    /// - Throws: ``OperatorError/invalid(_:)`` if the shapes or options do not fit, or keys or values are of a
    ///   type that is not read in place.
    package init(
        queries: Tensor, keys: Tensor, values: Tensor, bias: Tensor? = nil, options: Options = Options()
    ) throws(OperatorError) {
        let (q, k, v) = (queries.shape, keys.shape, values.shape)
        guard q.rank == 4, k.rank == 4, v.rank == 4, q[0] == k[0], q[0] == v[0], k[1] == v[1],
            k[1] > 0 ? q[1] % k[1] == 0 : q[1] == 0, k[2] == v[2], q[3] == keys.rowSize
        else { throw .invalid("attention of queries \(q), keys \(k) and values \(v)") }
        guard Self.readsInPlace(keys, queries: queries), Self.readsInPlace(values, queries: queries) else {
            throw .invalid("attention to \(keys.elementType) keys and \(values.elementType) values")
        }
        guard max(q[2], q[3], k[2], v[3]) < BLAS.largestDimension else {
            throw .unsupported("attention over more than 2^31 positions")
        }
        for counts in [options.offsets, options.keyCounts] where counts != nil && counts?.count != q[0] {
            throw .invalid("\(counts?.count ?? 0) lengths for a batch of \(q[0])")
        }
        if let keyCounts = options.keyCounts, keyCounts.contains(where: { $0 < 0 || $0 > k[2] }) {
            throw .invalid("key lengths \(keyCounts) of \(k[2]) keys")
        }
        // Sums of these stay far from overflow.
        let reach = [options.leftWindow, options.rightWindow].compactMap { $0 } + (options.offsets ?? [])
        guard reach.allSatisfy({ $0.magnitude <= 1 << 40 }) else { throw .invalid("attention over \(reach)") }
        if let sinks = options.sinks, sinks.count != q[1] {
            throw .invalid("\(sinks.count) sinks for \(q[1]) heads")
        }
        if let bias {
            let scores = try Shape.result([q[0], q[1], q[2], k[2]])
            guard Shape.broadcast(bias.shape, scores) == scores else {
                throw .invalid("attention bias of shape \(bias.shape) for scores of shape \(scores)")
            }
            self.bias = bias.isRowOfZeros ? nil : bias.broadcast(to: scores).withSpan()
        } else {
            self.bias = nil
        }
        self.queries = queries.withContiguousRows().withSpan()
        self.keys = keys.withReadableRows().withSpan()
        self.values = values.withReadableRows().withSpan()
        self.options = options
        scale = options.scale ?? 1 / Float(max(1, q[3])).squareRoot()
    }

    /// Most query rows of a key head that are multiplied one by one with keys and values as they lie in memory.
    /// More of them repay a copy of the keys in the order that matrix products want.
    static let fewRows = 4

    /// Whether keys or values are such that attention of these queries reads: float32, or for few queries
    /// packed rows.
    package static func readsInPlace(_ rows: Tensor, queries: Tensor) -> Bool {
        guard rows.elementType == .int16 else { return rows.elementType == .float32 }
        guard queries.rank == 4, rows.rank == 4, rows.shape[1] > 0 else { return false }
        return queries.shape[2] * (queries.shape[1] / rows.shape[1]) <= fewRows
    }

    /// The keys that a query may see.
    func visibleKeys(entry: Int, query: Int) -> Range<Int> {
        let count = options.keyCounts?[entry] ?? keyCount
        let position = query + (options.offsets?[entry] ?? 0)
        var end = count
        if let right = options.rightWindow { end = min(count, max(0, position + right + 1)) }
        let start = options.leftWindow.map { min(end, max(0, position - $0)) } ?? 0
        return start..<end
    }

    /// The attended values.
    ///
    /// - Returns: `[batch, sequence, heads, value size]`. A query that sees no key gets zeros.
    package func run(
        on pool: ThreadPool, _ kernels: KernelTable = .best
    ) throws(OperatorError) -> Tensor {
        let valueSize = values.rowSize
        let shape = try Shape.result([batch, length, heads, valueSize])
        if let visible = visibleToPanels {
            return .build(Float.self, shape) { output in
                kernels.attend(
                    queries.headRows, keys: keys.headRows, values: values.headRows, scale: scale,
                    visible: visible, into: &output, on: pool)
            }
        }
        let plan = AttentionTiles(self, threads: pool.threadCount)
        return .build(Float.self, shape, parts: plan.count, grain: plan.grain, on: pool) { parts, output in
            var scratch = AttentionScratch(self, rows: plan.rowsPerTile, kernels, on: pool)
            for part in parts {
                let tile = plan.tile(part)
                scratch.computeWeights(tile, of: self, upTo: .weights)
                scratch.computeValues(tile, of: self)
                var attended = scratch.attended.mutableSpan
                for row in 0..<tile.rows.count {
                    let (query, member) = tile.queryAndMember(row, group)
                    let head = tile.keyHead * group + member
                    let start = ((tile.entry * length + query) * heads + head) * valueSize
                    var target = output.part(start..<start + valueSize)
                    let source = attended.part(row * valueSize..<(row + 1) * valueSize)
                    target.writeVectors(from: source.span) { $0 }
                }
            }
        }
    }

    /// Fewest queries of a head that are worth a panel.
    private static let panelQueries = 8

    /// What each entry's queries see, if all is plain enough for the kernels that take panels of queries.
    private var visibleToPanels: [VisibleKeys]? {
        guard length >= Self.panelQueries, bias == nil, options.softcap <= 0, options.sinks == nil,
            keys.elementType == .float32, keys.strides[3] == 1, values.strides[3] == 1, queries.shape[3] > 0,
            values.rowSize > 0, heads > 0, batch > 0
        else { return nil }
        // Far enough for any, and far from overflow.
        let all = 1 << 42
        let visible = (0..<batch).map { entry in
            let offset = options.offsets?[entry] ?? 0
            return VisibleKeys(
                first: options.leftWindow.map { offset - $0 } ?? -all,
                end: options.rightWindow.map { offset + $0 + 1 } ?? all,
                count: options.keyCounts?[entry] ?? keyCount)
        }
        return visible.allSatisfy { $0.areSeen(byAll: length) } ? visible : nil
    }

    /// The scores at one stage of the computation.
    ///
    /// - Parameter unseen: what ``AttentionStage/biased`` scores are at keys that a query does not see.
    /// - Returns: `[batch, heads, sequence, keys]`
    package func scores(
        _ stage: AttentionStage, unseen: Float = -.infinity, on pool: ThreadPool,
        _ kernels: KernelTable = .best
    ) throws(OperatorError) -> Tensor {
        let shape = try Shape.result([batch, heads, length, keyCount])
        let plan = AttentionTiles(self, threads: pool.threadCount, allKeys: true)
        return .build(Float.self, shape, parts: plan.count, grain: plan.grain, on: pool) { parts, output in
            var scratch = AttentionScratch(self, rows: plan.rowsPerTile, kernels, on: pool)
            for part in parts {
                let tile = plan.tile(part)
                scratch.computeWeights(tile, of: self, upTo: stage, unseen: unseen)
                for row in 0..<tile.rows.count {
                    let (query, member) = tile.queryAndMember(row, group)
                    let head = tile.keyHead * group + member
                    let start = ((tile.entry * heads + head) * length + query) * keyCount
                    for index in 0..<keyCount {
                        output[start + index] = scratch.scores[row * keyCount + index]
                    }
                }
            }
        }
    }
}

/// How far the scores of attention have come.
package enum AttentionStage: Sendable {
    /// `scale · Q · Kᵀ`
    case products
    /// After the soft cap.
    case capped
    /// With bias, and minus infinity where a key is not seen.
    case biased
    /// After the softmax.
    case weights
}

extension Tensor {
    /// Whether all of it is one row, and nothing but zeros, as the mask of a decoding step. Longer ones are not looked at,
    /// because adding them may well take no longer.
    fileprivate var isRowOfZeros: Bool {
        guard isContiguous, isAligned, elementCount == shape.last else { return false }
        let values = span(Float.self)
        for index in values.indices where values[index] != 0 { return false }
        return true
    }

    /// This tensor if its last axis is contiguous, else a plain copy.
    fileprivate func withContiguousRows() -> Tensor {
        strides[rank - 1] == 1 ? self : contiguous()
    }

    /// This tensor if products can read it in place, else a plain copy.
    fileprivate func withReadableRows() -> Tensor {
        elementType == .int16 ? withContiguousRows() : readableByBLAS(Float.self)
    }

    /// The rows of the last axis, which is contiguous, of a float32 tensor of four axes that are not empty.
    fileprivate var headRows: HeadRows {
        @_lifetime(borrow self)
        get {
            HeadRows(
                reachableSpan(Float.self), entries: shape[0], heads: shape[1], rows: shape[2], size: shape[3],
                strides: (strides[0], strides[1], strides[2]))
        }
    }

    /// This tensor if all its elements can be reached through ``reachableSpan(_:)``, else a plain copy.
    fileprivate func withSpan() -> Tensor {
        isAligned && !hasNegativeStrides ? self : contiguous()
    }
}
