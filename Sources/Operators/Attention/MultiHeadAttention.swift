internal import Tensors
internal import Threading

/// com.microsoft `MultiHeadAttention`.
struct MultiHeadAttention: Operator {
    private let heads: Int
    let isCausal: Bool
    private let scale: Float?
    private let maskValue: Float
    private let outputCount: Int

    init(_ node: OperatorNode) throws(OperatorError) {
        heads = try node.attributes.requiredInt("num_heads")
        guard heads > 0 else { throw .attribute(name: "num_heads", reason: "is \(heads)") }
        isCausal = try node.attributes.flag("unidirectional")
        let scale = try node.attributes.float("scale", default: 0)
        self.scale = scale == 0 ? nil : scale
        maskValue = try node.attributes.float("mask_filter_value", default: -10_000)
        outputCount = node.outputCount
    }

    func run(_ inputs: OperatorInputs, _ context: OperatorContext) throws(OperatorError) -> [Tensor] {
        let pool = context.pool
        let type = try inputs.tensor(0, "query", .float32, .float16, .bfloat16).elementType
        guard inputs[9] == nil else { throw .unsupported("cache_indirection of MultiHeadAttention") }
        let projected = try MultiHeadInputs(inputs, heads: heads, on: pool)
        let batch = projected.queries.shape[0]
        let cache = try appendToCache(inputs, projected, type: type, on: pool)
        let total = cache.keys.shape[2]
        let padding = try paddingBias(
            inputs[4], batch: batch, new: projected.keys.shape[2], total: total)
        let bias = try inputs.widened(5, "attention_bias", like: type, on: pool)
        var options = ScaledDotProductAttention.Options()
        options.scale = scale
        options.rightWindow = isCausal ? 0 : nil
        options.offsets = [Int](repeating: cache.past, count: batch)
        let attention = try ScaledDotProductAttention(
            queries: projected.queries, keys: cache.keys, values: cache.values,
            bias: try sum(
                bias, padding, scores: [batch, heads, projected.queries.shape[2], total], on: pool),
            options: options)
        let output = try attention.run(on: pool, context.kernels)
        var outputs = [
            output.reshaped([output.shape[0], output.shape[1], heads * output.shape[3]])
                .narrowed(to: type, on: pool)
        ]
        if outputCount > 1 {
            outputs.append(cache.presentKeys.narrowed(to: type, on: pool))
            outputs.append(cache.presentValues.narrowed(to: type, on: pool))
        }
        if outputCount > 3 {
            // ONNX Runtime masks by adding the least finite number.
            let scores = try attention.scores(
                .biased, unseen: -.greatestFiniteMagnitude, on: pool, context.kernels)
            outputs.append(scores.narrowed(to: type, on: pool))
        }
        return outputs
    }

    private struct Cache {
        let keys: Tensor
        let values: Tensor
        let presentKeys: Tensor
        let presentValues: Tensor
        /// Number of keys before the new ones.
        let past: Int
    }

    private func appendToCache(
        _ inputs: OperatorInputs, _ projected: MultiHeadInputs, type: ElementType, on pool: ThreadPool
    ) throws(OperatorError) -> Cache {
        let (keys, values) = (projected.keys, projected.values)
        let pastKey = try inputs.widened(6, "past_key", like: type, on: pool)
        let pastValue = try inputs.widened(7, "past_value", like: type, on: pool)
        guard let pastKey, let pastValue else {
            guard pastKey == nil, pastValue == nil else {
                throw .missingInput(name: pastKey == nil ? "past_key" : "past_value")
            }
            return Cache(keys: keys, values: values, presentKeys: keys, presentValues: values, past: 0)
        }
        guard pastKey.rank == 4, pastValue.rank == 4 else {
            throw .invalid("caches of shapes \(pastKey.shape) and \(pastValue.shape)")
        }
        // With past_sequence_length the cache has room for the new rows, and keeps its size.
        let filled = try inputs.integers(8, "past_sequence_length")?.first
        let past = filled ?? pastKey.shape[2]
        let new = keys.shape[2]
        guard past >= 0, past <= pastKey.shape[2] else {
            throw .invalid("past_sequence_length \(past) in a cache of \(pastKey.shape[2])")
        }
        let capacity = filled == nil ? past + new : pastKey.shape[2]
        let counts = [Int](repeating: past, count: keys.shape[0])
        let presentKeys = try KeyValueCache.appending(
            keys, to: pastKey, keeping: counts, capacity: capacity, on: pool)
        let presentValues = try KeyValueCache.appending(
            values, to: pastValue, keeping: counts, capacity: capacity, on: pool)
        return Cache(
            keys: presentKeys.sliced(axis: 2, start: 0, count: past + new),
            values: presentValues.sliced(axis: 2, start: 0, count: past + new),
            presentKeys: presentKeys, presentValues: presentValues, past: past)
    }

    /// The key padding mask as an additive bias of four axes.
    private func paddingBias(
        _ mask: Tensor?, batch: Int, new: Int, total: Int
    ) throws(OperatorError) -> Tensor? {
        guard let mask else { return nil }
        let inputs: OperatorInputs = [mask]
        let values = try inputs.requiredIntegers(0, "key_padding_mask")
        func bias(_ shape: Shape, _ isKept: (Int) -> Bool) -> Tensor {
            .build(Float.self, shape) { output in
                for index in 0..<output.count { output[index] = isKept(index) ? 0 : maskValue }
            }
        }
        let shape = mask.shape
        if shape == [batch] || shape == [3 * batch + 2] {
            // The number of keys of each entry; the longer form continues with offsets of packed rows.
            return bias([batch, 1, 1, total]) { $0 % total < values[$0 / total] }
        }
        if shape == [batch, total] { return bias([batch, 1, 1, total]) { values[$0] != 0 } }
        if shape == [batch, new] {
            return bias([batch, 1, 1, total]) {
                let key = $0 % total - (total - new)
                return key < 0 || values[$0 / total * new + key] != 0
            }
        }
        guard shape.rank == 3, shape[0] == batch, shape[2] == total else {
            throw .invalid("key_padding_mask of shape \(shape) for \(batch) × \(total) keys")
        }
        return bias([batch, 1, shape[1], total]) { values[$0] != 0 }
    }

    private func sum(
        _ bias: Tensor?, _ padding: Tensor?, scores: [Int], on pool: ThreadPool
    ) throws(OperatorError) -> Tensor? {
        guard let bias, let padding else { return bias ?? padding }
        guard Shape.broadcast(bias.shape, Shape(scores)) == Shape(scores) else {
            throw .invalid("attention_bias of shape \(bias.shape) for scores of shape \(scores)")
        }
        let shape = try Shape.broadcastResult(bias.shape, padding.shape)
        let (a, b) = (bias.broadcast(to: shape).contiguous(), padding.broadcast(to: shape).contiguous())
        return .build(Float.self, shape, rows: shape.elementCount, grain: 16_384, on: pool) { range, output in
            let (x, y) = (a.span(Float.self), b.span(Float.self))
            for index in range { output[index - range.lowerBound] = x[index] + y[index] }
        }
    }
}
