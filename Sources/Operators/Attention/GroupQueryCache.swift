internal import Tensors
internal import Threading

/// The keys and values that a com.microsoft `GroupQueryAttention` attends to and returns.
struct GroupQueryCache {
    /// `[batch, key heads, keys, size]`, cached ones first.
    let keys: Tensor
    let values: Tensor
    let presentKeys: Tensor
    let presentValues: Tensor
    /// Of the first new row among the keys.
    let offsets: [Int]
    let keyCounts: [Int]

    /// - Parameter window: set if the cache holds only the most recent rows.
    init(
        keys: Tensor, values: Tensor, _ lengths: GroupQueryLengths, pastKeys: Tensor?, pastValues: Tensor?,
        window: Int?, on pool: ThreadPool
    ) throws(OperatorError) {
        guard (pastKeys == nil) == (pastValues == nil) else {
            throw .missingInput(name: pastKeys == nil ? "past_key" : "past_value")
        }
        guard pastKeys?.rank ?? 4 == 4 else {
            throw .invalid("past_key of shape \(pastKeys?.shape ?? [])")
        }
        let cached = pastKeys?.shape[2] ?? 0
        if let window {
            guard pastKeys != nil, cached >= window else {
                throw .invalid("cache of \(cached) rows for a window of \(window)")
            }
            let resident = WindowedCache(capacity: cached, window: window)
            let held = lengths.past.map(resident.rows)
            let staged = zip(held, lengths.new).map(+)
            let capacity = staged.max() ?? 0
            self.keys = try KeyValueCache.appending(
                keys, counts: lengths.new, to: pastKeys, keeping: held, capacity: capacity, on: pool)
            self.values = try KeyValueCache.appending(
                values, counts: lengths.new, to: pastValues, keeping: held, capacity: capacity, on: pool)
            let kept = lengths.total.map(resident.rows)
            presentKeys = try Self.lastRows(of: self.keys, counts: staged, kept, capacity: cached, on: pool)
            presentValues = try Self.lastRows(
                of: self.values, counts: staged, kept, capacity: cached, on: pool)
            (offsets, keyCounts) = (held, staged)
            return
        }
        offsets = lengths.past
        keyCounts = lengths.total
        let longest = lengths.total.max() ?? 0
        let capacity = max(cached, lengths.longest)
        guard lengths.isUpperBound || capacity <= cached + keys.shape[2] else {
            throw .invalid("total_sequence_length \(lengths.longest) for a cache of \(cached) rows")
        }
        if pastKeys == nil, capacity == keys.shape[2], lengths.new.allSatisfy({ $0 == capacity }) {
            (presentKeys, presentValues) = (keys, values)
        } else {
            presentKeys = try KeyValueCache.appending(
                keys, counts: lengths.new, to: pastKeys, keeping: lengths.past, capacity: capacity, on: pool)
            presentValues = try KeyValueCache.appending(
                values, counts: lengths.new, to: pastValues, keeping: lengths.past, capacity: capacity,
                on: pool)
        }
        self.keys = presentKeys.sliced(axis: 2, start: 0, count: longest)
        self.values = presentValues.sliced(axis: 2, start: 0, count: longest)
    }

    /// The last `kept` of each entry's first `counts` rows, moved to the start of a cache.
    private static func lastRows(
        of rows: Tensor, counts: [Int], _ kept: [Int], capacity: Int, on pool: ThreadPool
    ) throws(OperatorError) -> Tensor {
        let (heads, size) = (rows.shape[1], rows.shape[3])
        let shape = try Shape.result([rows.shape[0], heads, capacity, size])
        let source = rows.contiguous()
        return .build(Float.self, shape, rows: rows.shape[0] * heads, on: pool) { range, output in
            let values = source.span(Float.self)
            for row in range {
                let entry = row / heads
                let start = (row - range.lowerBound) * capacity * size
                let first = (row * source.shape[2] + counts[entry] - kept[entry]) * size
                let count = kept[entry] * size
                for index in 0..<count { output[start + index] = values[first + index] }
                for index in count..<capacity * size { output[start + index] = 0 }
            }
        }
    }
}

/// A cache that holds the most recent rows from its start on, and drops several at a time when it is full.
private struct WindowedCache {
    let capacity: Int
    let window: Int

    /// Rows that are held after a number of tokens, as the operator's documentation has it.
    func rows(_ tokens: Int) -> Int {
        guard tokens > capacity else { return tokens }
        let step = capacity - window + 1
        return tokens - step * ((tokens - capacity + step - 1) / step)
    }
}
