internal import Tensors
internal import Threading

/// Attention of grouped queries, optionally within windows.
///
/// Inputs: queries `[batch, heads, sequence, size]`, keys and values `[batch, key-value heads, keys, size]`,
/// optionally a mask that is added to the scores; float32, keys and values also with packed rows (int16). Output:
/// `[batch, sequence, heads, size]`, reshaped as by ONNX's `Reshape` if a shape is the fifth input. Attributes, besides
/// those of `Reshape`:
/// - `scale`: factor of the products of queries and keys.
/// - `is_causal`: query `i` sees keys `0...i`.
/// - `window`: rows are divided into windows of this size, the last of which may be shorter, and see
///   only those of their own; 0 for one window.
/// - `keys_sequence_first`: keys are `[batch, keys, key-value heads, size]`.
struct FusedAttention: Operator {
    private let scale: Float
    let isCausal: Bool
    let window: Int
    private let hasKeysSequenceFirst: Bool
    private let reshape: Reshape

    init(_ node: OperatorNode) throws(OperatorError) {
        scale = try node.attributes.float("scale", default: 1)
        isCausal = try node.attributes.flag("is_causal")
        window = try node.attributes.int("window", default: 0)
        hasKeysSequenceFirst = try node.attributes.flag("keys_sequence_first")
        reshape = try Reshape(node)
    }

    func run(_ inputs: OperatorInputs, _ context: OperatorContext) throws(OperatorError) -> [Tensor] {
        let attended = try attended(inputs, context)
        guard let shape = inputs[4] else { return [attended] }
        return try reshape.run([attended, shape], context)
    }

    private func attended(
        _ inputs: OperatorInputs, _ context: OperatorContext
    ) throws(OperatorError) -> Tensor {
        let queries = try inputs.tensor(0, "queries", .float32)
        var keys = try inputs.tensor(1, "keys", .float32, .int16)
        var values = try inputs.tensor(2, "values", keys.elementType)
        if hasKeysSequenceFirst && keys.rank == 4 { keys = keys.transposed([0, 2, 1, 3]) }
        if !ScaledDotProductAttention.readsInPlace(keys, queries: queries) {
            keys = keys.unpackingRows(on: context.pool)
            values = values.unpackingRows(on: context.pool)
        }
        var options = ScaledDotProductAttention.Options()
        options.scale = scale
        if isCausal { options.rightWindow = 0 }
        guard window > 0 else {
            let bias = inputs[3] == nil ? nil : try inputs.tensor(3, "mask", .float32)
            let attention = try ScaledDotProductAttention(
                queries: queries, keys: keys, values: values, bias: bias, options: options)
            return try attention.run(on: context.pool, context.kernels)
        }
        guard queries.rank == 4, keys.rank == 4, values.rank == 4, queries.shape[2] == keys.shape[2],
            keys.shape[2] == values.shape[2]
        else { throw .invalid("windows of \(queries.shape), \(keys.shape) and \(values.shape)") }
        var windows: [Tensor] = []
        for start in stride(from: 0, to: max(1, queries.shape[2]), by: window) {
            let count = min(window, queries.shape[2] - start)
            let attention = try ScaledDotProductAttention(
                queries: queries.sliced(axis: 2, start: start, count: count),
                keys: keys.sliced(axis: 2, start: start, count: count),
                values: values.sliced(axis: 2, start: start, count: count), options: options)
            windows.append(try attention.run(on: context.pool, context.kernels))
        }
        return windows.count == 1 ? windows[0] : try .concatenated(windows, axis: 1, context)
    }
}
