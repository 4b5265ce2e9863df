internal import Tensors

/// Writes new keys or values behind those of earlier positions, in place.
///
/// Input: float32 `[batch, key-value heads, new positions, size]`. Output: all positions so far, a view of the
/// cache, of int16 if that is packed; the input itself, not rounded, if it holds the first positions.
/// Attributes: `layer`; `holds_values`, false for keys. Runs only with a ``DecodingCache`` in the context.
struct CacheAppend: Operator {
    private let layer: Int
    private let holdsValues: Bool

    init(_ node: OperatorNode) throws(OperatorError) {
        layer = try node.attributes.requiredInt("layer")
        holdsValues = try node.attributes.flag("holds_values")
    }

    func run(_ inputs: OperatorInputs, _ context: OperatorContext) throws(OperatorError) -> [Tensor] {
        let new = try inputs.tensor(0, "new", .float32)
        guard let cache = context.cache, let store = cache.store(layer: layer, holdsValues: holdsValues)
        else {
            throw .invalid("no cache for layer \(layer)")
        }
        let isFirst = store.count == 0
        let kept = cache.isPacked ? try new.packingRows(context.kernels, on: context.pool) : new
        guard let all = store.append(kept) else {
            throw .invalid("positions of shape \(new.shape) do not continue those of the cache")
        }
        return [isFirst ? new : all]
    }
}
