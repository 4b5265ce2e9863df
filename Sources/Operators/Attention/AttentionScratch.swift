internal import Tensors

/// The memory that a thread computes tiles of attention in.
struct AttentionScratch {
    private var queries: [Float]
    /// A row of keys for each query row, as wide as the tile's keys.
    private(set) var scores: [Float]
    /// A row of values for each query row.
    var attended: [Float]

    init(_ attention: ScaledDotProductAttention, rows: Int) {
        queries = [Float](repeating: 0, count: rows * attention.queries.shape[3])
        scores = [Float](repeating: 0, count: rows * attention.keyCount)
        attended = [Float](repeating: 0, count: rows * attention.values.shape[3])
    }

    /// Fills the scores of a tile.
    ///
    /// - Parameter unseen: biased scores of the keys that a query does not see; their weights are 0.
    mutating func computeWeights(
        _ tile: AttentionTiles.Tile, of attention: ScaledDotProductAttention, upTo stage: AttentionStage,
        unseen: Float = -.infinity
    ) {
        let width = tile.keys.count
        guard width > 0 else { return }
        multiplyByKeys(tile, of: attention)
        if stage == .products { return }
        let softcap = attention.options.softcap
        for row in 0..<tile.rows.count {
            var all = scores.mutableSpan
            var scores = all.part(row * width..<(row + 1) * width)
            if softcap > 0 { scores.mapVectors { tanh($0 / softcap) * softcap } }
            if stage == .capped { continue }
            let (query, member) = tile.queryAndMember(row, attention.group)
            let head = tile.keyHead * attention.group + member
            attention.addBias(to: &scores, entry: tile.entry, head: head, query: query, keys: tile.keys)
            let seen = attention.visibleKeys(entry: tile.entry, query: query).clamped(to: tile.keys)
            let start = seen.lowerBound - tile.keys.lowerBound
            let end = start + seen.count
            let unseen = stage == .biased ? unseen : 0
            for index in 0..<start { scores[index] = unseen }
            for index in end..<width { scores[index] = unseen }
            if stage == .biased { continue }
            var visible = scores.part(start..<end)
            attentionSoftmax(&visible, sink: attention.options.sinks?[head])
        }
    }

    /// Fills the attended values from the weights.
    mutating func computeValues(_ tile: AttentionTiles.Tile, of attention: ScaledDotProductAttention) {
        let values = attention.values
        let size = values.shape[3]
        let offset = tile.entry * values.strides[0] + tile.keyHead * values.strides[1]
        // A copy, without cost, for the compiler: the arrays are distinct.
        let scores = scores
        let weights = MatrixView(
            scores.span, rows: tile.rows.count, columns: tile.keys.count, rowStride: tile.keys.count)
        var target = attended.mutableSpan
        BLAS.multiply(
            weights, values.matrix(Float.self, at: offset).rows(tile.keys), into: &target, rowStride: size)
    }

    private mutating func multiplyByKeys(
        _ tile: AttentionTiles.Tile, of attention: ScaledDotProductAttention
    ) {
        let (q, k) = (attention.queries, attention.keys)
        let size = q.shape[3]
        let source = q.reachableSpan(Float.self)
        for row in 0..<tile.rows.count {
            let (query, member) = tile.queryAndMember(row, attention.group)
            let head = tile.keyHead * attention.group + member
            let start = tile.entry * q.strides[0] + head * q.strides[1] + query * q.strides[2]
            for index in 0..<size { queries[row * size + index] = source[start + index] }
        }
        let offset = tile.entry * k.strides[0] + tile.keyHead * k.strides[1]
        let queries = queries
        var target = scores.mutableSpan
        BLAS.multiply(
            MatrixView(queries.span, rows: tile.rows.count, columns: size, rowStride: size),
            k.matrix(Float.self, at: offset).rows(tile.keys).transposed, alpha: attention.scale,
            into: &target, rowStride: tile.keys.count)
    }
}

extension ScaledDotProductAttention {
    /// Adds the bias of one row of scores.
    fileprivate func addBias(
        to scores: inout MutableSpan<Float>, entry: Int, head: Int, query: Int, keys: Range<Int>
    ) {
        guard let bias else { return }
        let strides = bias.strides
        let start =
            entry * strides[0] + head * strides[1] + query * strides[2] + keys.lowerBound * strides[3]
        let all = bias.reachableSpan(Float.self)
        if strides[3] == 1 {
            let row = all.extracting(start..<start + keys.count)
            for index in 0..<row.count { scores[index] += row[index] }
        } else {
            for index in 0..<keys.count { scores[index] += all[start + index * strides[3]] }
        }
    }
}

/// Replaces a row by its softmax, in which a sink takes part as one more element. A row of minus infinities
/// without a sink becomes zeros: such a query sees nothing.
private func attentionSoftmax(_ row: inout MutableSpan<Float>, sink: Float?) {
    var maximum = row.span.maximum
    if let sink { maximum = max(maximum, sink) }
    if maximum == -.infinity {
        // NaN among minus infinities is no maximum, but must not vanish.
        row.mapVectors { $0.replacing(with: 0, where: $0 .== -.infinity) }
        return
    }
    var total = exponentiate(&row, minus: maximum)
    if let sink {
        let vector = exp(FloatVector(repeating: sink - maximum))
        total += vector[0]
    }
    let factor = 1 / total
    row.mapVectors { $0 * factor }
}
