internal import Tensors
internal import Threading

/// com.microsoft `GroupQueryAttention`, without quantised caches.
struct GroupQueryAttention: Operator {
    private let heads: Int
    private let keyHeads: Int
    private let scale: Float?
    private let softcap: Float
    private let isCausal: Bool
    /// Keys that a query sees, its own included; nil for all.
    private let window: Int?
    private let hasWindowedCache: Bool
    private let rotates: Bool
    private let isInterleaved: Bool
    private let isSmooth: Bool
    private let scoresStage: AttentionStage?
    private let queryNormalization: RowNormalization
    private let keyNormalization: RowNormalization
    private let outputCount: Int

    init(_ node: OperatorNode) throws(OperatorError) {
        let attributes = node.attributes
        heads = try attributes.requiredInt("num_heads")
        keyHeads = try attributes.requiredInt("kv_num_heads")
        guard (1...1 << 31).contains(heads), keyHeads > 0, heads % keyHeads == 0 else {
            throw .attribute(name: "kv_num_heads", reason: "is \(keyHeads), num_heads is \(heads)")
        }
        let scale = try attributes.float("scale", default: 0)
        self.scale = scale == 0 ? nil : scale
        softcap = try attributes.float("softcap", default: 0)
        isCausal = try attributes.flag("causal", default: true)
        let window = try attributes.int("local_window_size", default: -1)
        guard window == -1 || (1...1 << 40).contains(window) && isCausal else {
            throw .attribute(name: "local_window_size", reason: "is \(window)")
        }
        self.window = window == -1 ? nil : window
        hasWindowedCache = try attributes.flag("sliding_window_cache")
        if hasWindowedCache && window == -1 {
            throw .attribute(name: "local_window_size", reason: "must be given with sliding_window_cache")
        }
        rotates = try attributes.flag("do_rotary")
        isInterleaved = try attributes.flag("rotary_interleaved")
        isSmooth = try attributes.flag("smooth_softmax")
        switch try attributes.int("qk_output", default: 0) {
        case 0: scoresStage = nil
        case 1: scoresStage = .biased
        case 2: scoresStage = .weights
        case let mode: throw .attribute(name: "qk_output", reason: "is \(mode)")
        }
        for name in ["k_quant_type", "v_quant_type"] {
            if let type = try attributes.string(name), type != "NONE" {
                throw .unsupported("\(name) \(type) of GroupQueryAttention")
            }
        }
        let epsilon = try attributes.float("qk_norm_epsilon", default: 1e-6)
        queryNormalization = RowNormalization(
            epsilon: try attributes.float("q_norm_epsilon", default: epsilon), subtractsMean: false)
        keyNormalization = RowNormalization(
            epsilon: try attributes.float("k_norm_epsilon", default: epsilon), subtractsMean: false)
        outputCount = node.outputCount
    }

    func run(_ inputs: OperatorInputs, _ context: OperatorContext) throws(OperatorError) -> [Tensor] {
        let pool = context.pool
        let type = try inputs.tensor(0, "query", .float32, .float16, .bfloat16).elementType
        guard inputs[12] == nil, inputs[13] == nil else {
            throw .unsupported("quantised cache of GroupQueryAttention")
        }
        var (queries, keys, values) = try project(inputs, type, on: pool)
        let lengths = try GroupQueryLengths(
            inputs, batch: queries.shape[0], newRows: queries.shape[1], keyRows: keys.shape[1])
        if let weight = try inputs.widened(14, "q_norm_weight", like: type, on: pool) {
            queries = try queryNormalization.run(queries, axis: -1, scale: weight, bias: nil, context)
        }
        if let weight = try inputs.widened(15, "k_norm_weight", like: type, on: pool) {
            keys = try keyNormalization.run(keys, axis: -1, scale: weight, bias: nil, context)
        }
        if rotates {
            let rows = try RotaryRows(
                cosines: try inputs.tensor(7, "cos_cache", type),
                sines: try inputs.tensor(8, "sin_cache", type),
                positions: try lengths.positions(inputs), isInterleaved: isInterleaved, on: pool)
            queries = try rows.rotating(queries, context)
            keys = try rows.rotating(keys, context)
        }
        let cache = try GroupQueryCache(
            keys: keys.transposed([0, 2, 1, 3]), values: values.transposed([0, 2, 1, 3]), lengths,
            pastKeys: try inputs.widened(3, "past_key", like: type, on: pool),
            pastValues: try inputs.widened(4, "past_value", like: type, on: pool),
            window: hasWindowedCache ? window : nil, on: pool)
        let attention = try ScaledDotProductAttention(
            queries: queries.transposed([0, 2, 1, 3]), keys: cache.keys, values: cache.values,
            bias: try bias(inputs, type, keyCount: cache.keys.shape[2], on: pool),
            options: try options(cache, sinks: inputs.widened(11, "head_sink", like: type, on: pool)))
        let output = try attention.run(on: pool, context.kernels)
        var outputs = [
            output.reshaped([output.shape[0], output.shape[1], heads * output.shape[3]])
                .narrowed(to: type, on: pool)
        ]
        if outputCount > 1 {
            outputs.append(cache.presentKeys.narrowed(to: type, on: pool))
            outputs.append(cache.presentValues.narrowed(to: type, on: pool))
        }
        if outputCount > 3, let scoresStage {
            guard !hasWindowedCache else { throw .unsupported("qk_output with sliding_window_cache") }
            let scores = try attention.scores(scoresStage, unseen: 0, on: pool, context.kernels)
            outputs.append(
                scores.sliced(axis: 3, start: 0, count: min(lengths.longest, scores.shape[3]))
                    .narrowed(to: type, on: pool))
        }
        return outputs
    }

    /// Queries, keys and values as `[batch, sequence, heads, size]`.
    private func project(
        _ inputs: OperatorInputs, _ type: ElementType, on pool: ThreadPool
    ) throws(OperatorError) -> (Tensor, Tensor, Tensor) {
        let query = try inputs.tensor(0, "query").widened(on: pool)
        let key = try inputs.widened(1, "key", like: type, on: pool)
        let value = try inputs.widened(2, "value", like: type, on: pool)
        func split(_ tensor: Tensor, _ heads: Int, _ name: String) throws(OperatorError) -> Tensor {
            try tensor.splitIntoHeads(heads, name).transposed([0, 2, 1, 3])
        }
        if let key, let value {
            guard key.shape == value.shape, key.rank == 3, key.shape[0] == query.shape[0] else {
                throw .invalid("keys of shape \(key.shape) and values of shape \(value.shape)")
            }
            return (
                try split(query, heads, "query"), try split(key, keyHeads, "key"),
                try split(value, keyHeads, "value")
            )
        }
        guard key == nil && value == nil else {
            throw .missingInput(name: key == nil ? "key" : "value")
        }
        let packed = try split(query, heads + 2 * keyHeads, "packed query")
        return (
            packed.sliced(axis: 2, start: 0, count: heads),
            packed.sliced(axis: 2, start: heads, count: keyHeads),
            packed.sliced(axis: 2, start: heads + keyHeads, count: keyHeads)
        )
    }

    private func bias(
        _ inputs: OperatorInputs, _ type: ElementType, keyCount: Int, on pool: ThreadPool
    ) throws(OperatorError) -> Tensor? {
        guard let bias = try inputs.widened(10, "attention_bias", like: type, on: pool) else { return nil }
        guard !hasWindowedCache else { throw .unsupported("attention_bias with sliding_window_cache") }
        guard bias.rank == 4, bias.shape[3] >= keyCount else {
            throw .invalid("attention_bias of shape \(bias.shape) for \(keyCount) keys")
        }
        return bias.sliced(axis: 3, start: 0, count: keyCount)
    }

    private func options(
        _ cache: GroupQueryCache, sinks: Tensor?
    ) throws(OperatorError) -> ScaledDotProductAttention.Options {
        var options = ScaledDotProductAttention.Options()
        options.scale = scale
        options.softcap = softcap
        options.rightWindow = isCausal ? 0 : nil
        options.leftWindow = window.map { $0 - 1 }
        options.offsets = cache.offsets
        options.keyCounts = cache.keyCounts
        options.sinks = sinks?.array(Float.self) ?? (isSmooth ? [Float](repeating: 0, count: heads) : nil)
        return options
    }
}
