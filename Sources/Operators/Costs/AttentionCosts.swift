internal import Kernels
internal import Tensors

extension FusedAttention {
    func cost(of call: OperatorCall) -> OperatorCost {
        let (queries, keys, values) = (call.shape(0), call.shape(1), call.shape(2))
        guard queries.rank == 4, keys.rank == 4, values.rank == 4 else { return OperatorCost(moving: call) }
        let length = queries[2]
        let keyCount = values[2]
        let pairs: Int
        if window > 0 {
            let (whole, rest) = length.quotientAndRemainder(dividingBy: window)
            pairs = whole * window * window + rest * rest
        } else {
            pairs = isCausal ? OperatorCost.causalPairs(length: length, keys: keyCount) : length * keyCount
        }
        let isPacked = call.inputs[2]?.elementType == .int16
        let valueSize = values[3] - (isPacked ? KernelTable.packedRowLength(0) : 0)
        return OperatorCost(
            moving: call, multiplyAdds: queries[0] * queries[1] * pairs * (queries[3] + valueSize), .float32,
            kernel: isPacked ? "attention to packed rows" : "attention")
    }
}

extension Attention {
    func cost(of call: OperatorCall) -> OperatorCost {
        let key = call.shape(1)
        guard key.rank >= 3 else { return OperatorCost(moving: call) }
        let past = call.shape(4).dropFirst(2).first ?? 0
        return OperatorCost(attention: call, keys: key[key.rank - 2] + past, past: past, isCausal: isCausal)
    }
}

extension MultiHeadAttention {
    func cost(of call: OperatorCall) -> OperatorCost {
        let key = call.shape(1)
        guard key.rank == 3 || key.rank == 4 else { return OperatorCost(moving: call) }
        let past = call.shape(6).dropFirst(2).first ?? 0
        // [batch, keys, hidden], or a cache of [batch, heads, keys, size].
        let count = key.rank == 3 ? key[1] : key[2]
        return OperatorCost(attention: call, keys: count + past, past: past, isCausal: isCausal)
    }
}

extension GroupQueryAttention {
    func cost(of call: OperatorCall) -> OperatorCost {
        let (query, key) = (call.shape(0), call.shape(1))
        guard query.rank == 3, key.rank == 3, call.outputs.count > 1, call.outputs[1].shape.rank == 4 else {
            return OperatorCost(moving: call)
        }
        let keys = call.outputs[1].shape[2]
        return OperatorCost(attention: call, keys: keys, past: keys - query[1], isCausal: true)
    }
}

extension OperatorCost {
    /// - Parameters:
    ///   - call: with queries and attended values `[batch, length, heads · size]` or `[batch, heads, length,
    ///     size]` as its first input and output. Each of their elements meets every key that its query sees.
    ///   - past: keys before the first query's own.
    fileprivate init(attention call: OperatorCall, keys: Int, past: Int, isCausal: Bool) {
        let query = call.shape(0)
        let length = query.rank >= 3 ? query[query.rank - 2] : 0
        let elements = query.elementCount + (call.outputs.first?.shape.elementCount ?? 0)
        let pairs =
            isCausal ? Self.causalPairs(length: length, keys: keys, past: past) : length * keys
        self.init(
            moving: call, multiplyAdds: length > 0 ? elements / length * pairs : 0, .float32,
            kernel: "attention")
    }

    /// Pairs of a query and a key that it sees, when query `i` sees keys `0...past + i`.
    static func causalPairs(length: Int, keys: Int, past: Int = 0) -> Int {
        let before = max(0, past)
        // Queries that do not see all keys: each one key more than the query before.
        let growing = max(0, min(length, keys - before))
        return growing * before + growing * (growing + 1) / 2 + (length - growing) * keys
    }
}
