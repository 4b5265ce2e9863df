internal import Tensors
internal import Threading

/// Queries, keys and values of com.microsoft `MultiHeadAttention`, which come packed or by themselves, each
/// as a float32 view `[batch, heads, sequence, size]` with the projections' bias added.
struct MultiHeadInputs {
    let queries: Tensor
    let keys: Tensor
    let values: Tensor

    init(_ inputs: OperatorInputs, heads: Int, on pool: ThreadPool) throws(OperatorError) {
        let query = try inputs.tensor(0, "query")
        let type = query.elementType
        let plain = query.widened(on: pool)
        let key = try inputs.widened(1, "key", like: type, on: pool)
        let value = try inputs.widened(2, "value", like: type, on: pool)
        var parts: [Tensor]
        if let key {
            parts = [try plain.splitIntoHeads(heads, "query")]
            if key.rank == 5 {
                parts += try Self.unpack(key, heads: heads, parts: 2, "key")
            } else {
                guard let value else { throw .missingInput(name: "value") }
                parts.append(key.rank == 4 ? key : try key.splitIntoHeads(heads, "key"))
                parts.append(value.rank == 4 ? value : try value.splitIntoHeads(heads, "value"))
            }
        } else {
            parts = try Self.unpack(plain, heads: heads, parts: 3, "query")
        }
        if let bias = try inputs.widened(3, "bias", like: type, on: pool) {
            // Keys and values of 4 axes are a cache: their bias was added when they were projected.
            try Self.add(bias, to: &parts, count: key?.rank == 4 ? 1 : 3, on: pool)
        }
        (queries, keys, values) = (parts[0], parts[1], parts[2])
        guard keys.shape[1] == heads, values.shape[1] == heads else {
            throw .invalid("keys of \(keys.shape) and values of \(values.shape) with \(heads) heads")
        }
    }

    /// The parts of `[batch, sequence, heads, parts, size]`.
    private static func unpack(
        _ packed: Tensor, heads: Int, parts: Int, _ name: String
    ) throws(OperatorError) -> [Tensor] {
        guard packed.rank == 5, packed.shape[2] == heads, packed.shape[3] == parts else {
            throw .invalid("\(name) of shape \(packed.shape), packed in \(parts) with \(heads) heads")
        }
        return (0..<parts).map { packed.selecting(axis: 3, index: $0).transposed([0, 2, 1, 3]) }
    }

    /// Adds to each of the first parts its stretch of the bias.
    private static func add(
        _ bias: Tensor, to parts: inout [Tensor], count: Int, on pool: ThreadPool
    ) throws(OperatorError) {
        let widths = parts.map { $0.shape[1] * $0.shape[3] }
        guard bias.shape == [widths.reduce(0, +)] else {
            throw .invalid("bias of shape \(bias.shape) for projections of \(widths)")
        }
        var start = 0
        for index in 0..<count {
            let part = parts[index]
            let (batch, heads, length, size) = (part.shape[0], part.shape[1], part.shape[2], part.shape[3])
            let added = try part.transposed([0, 2, 1, 3]).reshaped([batch, length, heads * size])
                .mappingElements(
                    adding: bias.sliced(axis: 0, start: start, count: widths[index]), on: pool,
                    { $0 }, { $0 })
            parts[index] = added.reshaped([batch, length, heads, size]).transposed([0, 2, 1, 3])
            start += widths[index]
        }
    }
}
