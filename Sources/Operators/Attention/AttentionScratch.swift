internal import Kernels
internal import Tensors
internal import Threading

/// The memory that a thread computes tiles of attention in.
struct AttentionScratch {
    private let kernels: KernelTable
    private let pool: ThreadPool
    private var queries: [Float]
    /// A row of keys for each query row, as wide as the tile's keys.
    private(set) var scores: [Float]
    /// A row of values for each query row.
    var attended: [Float]

    init(_ attention: ScaledDotProductAttention, rows: Int, _ kernels: KernelTable, on pool: ThreadPool) {
        self.kernels = kernels
        self.pool = pool
        queries = [Float](repeating: 0, count: rows * attention.queries.shape[3])
        scores = [Float](repeating: 0, count: rows * attention.keyCount)
        attended = [Float](repeating: 0, count: rows * attention.values.rowSize)
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
        let kernels = kernels
        let softcap = attention.options.softcap
        for row in 0..<tile.rows.count {
            var all = scores.mutableSpan
            var scores = all.part(row * width..<(row + 1) * width)
            if softcap > 0 { scores.mapVectors { tanh($0 / softcap) * softcap } }
            if stage == .capped { continue }
            let (query, member) = tile.queryAndMember(row, attention.group)
            let head = tile.keyHead * attention.group + member
            attention.addBias(
                to: &scores, entry: tile.entry, head: head, query: query, keys: tile.keys, kernels)
            let seen = attention.visibleKeys(entry: tile.entry, query: query).clamped(to: tile.keys)
            let start = seen.lowerBound - tile.keys.lowerBound
            let end = start + seen.count
            let unseen = stage == .biased ? unseen : 0
            for index in 0..<start { scores[index] = unseen }
            for index in end..<width { scores[index] = unseen }
            if stage == .biased || seen.isEmpty { continue }
            var visible = scores.part(start..<end)
            if let sink = attention.options.sinks?[head] {
                softmax(&visible, sink: sink)
            } else if attention.bias != nil && visible.span.maximum == -.infinity {
                // Such a query sees nothing. NaN among minus infinities is no maximum, but must not vanish.
                visible.mapVectors { $0.replacing(with: 0, where: $0 .== -.infinity) }
            } else {
                kernels.softmax(inPlace: &visible, rowLength: visible.count)
            }
        }
    }

    /// Fills the attended values from the weights.
    mutating func computeValues(_ tile: AttentionTiles.Tile, of attention: ScaledDotProductAttention) {
        let values = attention.values
        let (rows, size) = (tile.rows.count, values.rowSize)
        let offset = tile.entry * values.strides[0] + tile.keyHead * values.strides[1]
        // Copies, without cost, for the compiler: the arrays are distinct.
        let (scores, kernels, pool) = (scores, kernels, pool)
        let weights = scores.span.extracting(0..<rows * tile.keys.count)
        var all = attended.mutableSpan
        var target = all.part(0..<rows * size)
        if values.elementType == .int16 {
            kernels.weightedSums(
                weights, count: rows, packedValues: values.rows(Int16.self, tile.keys, at: offset),
                stride: values.strides[2], into: &target)
        } else if rows <= ScaledDotProductAttention.fewRows && values.strides[3] == 1 {
            kernels.weightedSums(
                weights, count: rows, values: values.rows(Float.self, tile.keys, at: offset),
                stride: values.strides[2], into: &target)
        } else {
            kernels.matMul(
                MatrixOperand(weights, rows: rows, columns: tile.keys.count),
                values.matrix(Float.self, at: offset).rows(tile.keys).operand, into: &target, on: pool)
        }
    }

    private mutating func multiplyByKeys(
        _ tile: AttentionTiles.Tile, of attention: ScaledDotProductAttention
    ) {
        let (q, k) = (attention.queries, attention.keys)
        let (rows, size, scale) = (tile.rows.count, q.shape[3], attention.scale)
        let source = q.reachableSpan(Float.self)
        let (entryStride, headStride, rowStride) = (q.strides[0], q.strides[1], q.strides[2])
        var scaled = queries.mutableSpan
        for row in 0..<rows {
            let (query, member) = tile.queryAndMember(row, attention.group)
            let head = tile.keyHead * attention.group + member
            let start = tile.entry * entryStride + head * headStride + query * rowStride
            var target = scaled.part(row * size..<(row + 1) * size)
            target.writeVectors(from: source.extracting(start..<start + size)) { $0 * scale }
        }
        let offset = tile.entry * k.strides[0] + tile.keyHead * k.strides[1]
        let (copies, kernels, pool) = (queries, kernels, pool)
        let queries = copies.span.extracting(0..<rows * size)
        var all = scores.mutableSpan
        var target = all.part(0..<rows * tile.keys.count)
        if k.elementType == .int16 {
            kernels.scores(
                queries, count: rows, packedKeys: k.rows(Int16.self, tile.keys, at: offset),
                stride: k.strides[2], into: &target)
        } else if rows <= ScaledDotProductAttention.fewRows && k.strides[3] == 1 {
            kernels.scores(
                queries, count: rows, keys: k.rows(Float.self, tile.keys, at: offset),
                stride: k.strides[2], into: &target)
        } else {
            kernels.matMul(
                MatrixOperand(queries, rows: rows, columns: size),
                k.matrix(Float.self, at: offset).rows(tile.keys).transposed.operand, into: &target, on: pool)
        }
    }
}

extension Tensor {
    /// Some of the rows, as they lie in memory, of the matrix of the last two axes that is `offset` elements
    /// from the first.
    @_lifetime(borrow self)
    fileprivate func rows<Element: TensorElement>(
        _ type: Element.Type, _ range: Range<Int>, at offset: Int
    ) -> Span<Element> {
        let all = reachableSpan(type)
        if range.isEmpty { return all.extracting(0..<0) }
        let first = offset + range.lowerBound * strides[rank - 2]
        return all.extracting(first..<first + (range.count - 1) * strides[rank - 2] + shape[rank - 1])
    }
}

extension ScaledDotProductAttention {
    /// Adds the bias of one row of scores.
    fileprivate func addBias(
        to scores: inout MutableSpan<Float>, entry: Int, head: Int, query: Int, keys: Range<Int>,
        _ kernels: KernelTable
    ) {
        guard let bias else { return }
        let strides = bias.strides
        let start =
            entry * strides[0] + head * strides[1] + query * strides[2] + keys.lowerBound * strides[3]
        let all = bias.reachableSpan(Float.self)
        if strides[3] == 1 {
            kernels.add(all.extracting(start..<start + keys.count), to: &scores)
        } else {
            for index in 0..<keys.count { scores[index] += all[start + index * strides[3]] }
        }
    }
}

/// Replaces a row by its softmax, in which a sink takes part as one more element.
private func softmax(_ row: inout MutableSpan<Float>, sink: Float) {
    let maximum = max(row.span.maximum, sink)
    row.mapVectors { exp($0 - maximum) }
    let power = exp(FloatVector(repeating: sink - maximum))
    let factor = 1 / (row.span.sum + power[0])
    row.mapVectors { $0 * factor }
}
