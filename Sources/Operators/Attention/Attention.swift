internal import Tensors
internal import Threading

/// ONNX `Attention` (opset 23 to 25).
struct Attention: Operator {
    private let opset: Int
    private let outputCount: Int
    private let queryHeads: Int?
    private let keyHeads: Int?
    let isCausal: Bool
    private let scale: Float?
    private let softcap: Float
    private let leftWindow: Int?
    private let rightWindow: Int?
    private let scoresStage: AttentionStage

    init(_ node: OperatorNode) throws(OperatorError) {
        let attributes = node.attributes
        opset = node.opset
        outputCount = node.outputCount
        queryHeads = try attributes.int("q_num_heads")
        keyHeads = try attributes.int("kv_num_heads")
        isCausal = try attributes.flag("is_causal")
        scale = try attributes.float("scale")
        softcap = try attributes.float("softcap", default: 0)
        leftWindow = try Self.window(attributes, "left_window_size")
        rightWindow = try Self.window(attributes, "right_window_size")
        switch try attributes.int("qk_matmul_output_mode", default: 0) {
        case 0: scoresStage = .products
        case 1: scoresStage = .capped
        case 2: scoresStage = .biased
        case 3: scoresStage = .weights
        case let mode: throw .attribute(name: "qk_matmul_output_mode", reason: "is \(mode)")
        }
    }

    private static func window(_ attributes: OperatorAttributes, _ name: String) throws(OperatorError) -> Int?
    {
        let size = try attributes.int(name, default: -1)
        guard size >= -1 else { throw .attribute(name: name, reason: "is \(size)") }
        return size < 0 || size > 1 << 40 ? nil : size
    }

    func run(_ inputs: OperatorInputs, _ context: OperatorContext) throws(OperatorError) -> [Tensor] {
        let pool = context.pool
        let original = try inputs.tensor(0, "Q", .float32, .float16, .bfloat16)
        let query = original.widened(on: pool)
        let key = try inputs.tensor(1, "K", original.elementType).widened(on: pool)
        let value = try inputs.tensor(2, "V", .float32, .float16, .bfloat16)
        let pastKey = try inputs.widened(4, "past_key", like: original.elementType, on: pool)
        let pastValue = try inputs.widened(5, "past_value", like: value.elementType, on: pool)
        let lengths = try inputs.integers(6, "nonpad_kv_seqlen")
        guard (pastKey == nil) == (pastValue == nil), pastKey == nil || lengths == nil else {
            throw .invalid("past_key, past_value and nonpad_kv_seqlen contradict each other")
        }
        let queries = try heads(query, queryHeads, "Q")
        var keys = try heads(key, keyHeads, "K")
        var values = try heads(value.widened(on: pool), keyHeads, "V")
        let past = pastKey?.shape.dimensions.dropFirst(2).first ?? 0
        if pastKey != nil {
            let counts = [Int](repeating: past, count: keys.shape[0])
            keys = try KeyValueCache.appending(
                keys, to: pastKey, keeping: counts, capacity: past + keys.shape[2], on: pool)
            values = try KeyValueCache.appending(
                values, to: pastValue, keeping: counts, capacity: past + values.shape[2], on: pool)
        }
        let attention = try ScaledDotProductAttention(
            queries: queries, keys: keys, values: values,
            bias: try mask(inputs[3], type: original.elementType, keyCount: keys.shape[2], on: pool),
            options: try options(queries, past: past, lengths: lengths))
        var outputs = [try attention.run(on: pool, context.kernels)]
        if original.rank == 3 {
            outputs[0] = outputs[0].reshaped([
                query.shape[0], query.shape[1], queries.shape[1] * values.shape[3],
            ])
        } else {
            outputs[0] = outputs[0].transposed([0, 2, 1, 3])
        }
        outputs[0] = outputs[0].narrowed(to: original.elementType, on: pool)
        if outputCount > 1 {
            outputs.append(keys.narrowed(to: original.elementType, on: pool))
            outputs.append(values.narrowed(to: value.elementType, on: pool))
        }
        if outputCount > 3 {
            outputs.append(
                try attention.scores(scoresStage, on: pool, context.kernels)
                    .narrowed(to: original.elementType, on: pool))
        }
        return outputs
    }

    /// The view `[batch, heads, sequence, size]` of an input of 3 or 4 axes.
    private func heads(_ tensor: Tensor, _ count: Int?, _ name: String) throws(OperatorError) -> Tensor {
        if tensor.rank == 4 { return tensor }
        guard let count else { throw .attribute(name: "q_num_heads or kv_num_heads", reason: "is missing") }
        return try tensor.splitIntoHeads(count, name)
    }

    private func options(
        _ queries: Tensor, past: Int, lengths: [Int]?
    ) throws(OperatorError) -> ScaledDotProductAttention.Options {
        var options = ScaledDotProductAttention.Options()
        options.scale = scale
        options.softcap = softcap
        options.leftWindow = leftWindow
        options.rightWindow = isCausal ? 0 : rightWindow
        options.offsets = [Int](repeating: past, count: queries.shape[0])
        if let lengths {
            guard lengths.allSatisfy({ $0 >= 0 && $0 < 1 << 40 }) else {
                throw .invalid("nonpad_kv_seqlen \(lengths)")
            }
            options.keyCounts = lengths
            options.offsets = lengths.map { $0 - queries.shape[2] }
        }
        return options
    }

    /// The mask as an additive bias, with the keys that it leaves out disallowed.
    private func mask(
        _ mask: Tensor?, type: ElementType, keyCount: Int, on pool: ThreadPool
    ) throws(OperatorError) -> Tensor? {
        guard let mask else { return nil }
        let bias: Tensor
        switch mask.elementType {
        case .bool:
            let flags = mask.contiguous()
            bias = .build(Float.self, mask.shape, rows: mask.elementCount, grain: 16_384, on: pool) {
                range, output in
                let values = flags.span(Bool.self)
                for index in range { output[index - range.lowerBound] = values[index] ? 0 : -.infinity }
            }
        case type: bias = mask.widened(on: pool)
        default: throw .elementType(input: "attn_mask", found: mask.elementType, supported: [.bool, type])
        }
        guard let width = bias.shape.dimensions.last, width < keyCount, opset >= 24 || width > 1 else {
            return bias
        }
        let padded = try Shape.result(bias.shape.dimensions.dropLast() + [keyCount])
        let source = bias.contiguous()
        return .build(Float.self, padded, rows: padded.elementCount / keyCount, on: pool) { range, output in
            let values = source.span(Float.self)
            for row in range {
                let start = (row - range.lowerBound) * keyCount
                for index in 0..<width { output[start + index] = values[row * width + index] }
                for index in start + width..<start + keyCount { output[index] = -.infinity }
            }
        }
    }
}
