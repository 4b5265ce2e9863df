internal import Kernels
internal import Tensors
internal import Threading

/// Splits a projection into heads, normalises each (Qwen3's Q/K norm) and turns it by its position.
///
/// Inputs: the projection `[batch, sequence, heads · size]`; cosines and sines
/// `[batch, sequence, size]`, of which the second half repeats the first; optionally the norm's scale
/// `[size]`. Output: `[batch, heads, sequence, size]`. With `h` half the size, `y[i] = x[i] cos[i] - x[i + h]
/// sin[i]` and `y[i + h] = x[i + h] cos[i] + x[i] sin[i]` of the normalised `x`.
struct RotaryHeads: Operator {
    private let size: Int
    private let epsilon: Float

    init(_ node: OperatorNode) throws(OperatorError) {
        size = try node.attributes.requiredInt("head_size")
        epsilon = try node.attributes.float("epsilon", default: 0)
        guard size > 0, size % 2 == 0 else { throw .attribute(name: "head_size", reason: "is \(size)") }
    }

    func run(_ inputs: OperatorInputs, _ context: OperatorContext) throws(OperatorError) -> [Tensor] {
        let x = try inputs.tensor(0, "X", .float32)
        let cosines = try inputs.tensor(1, "cos", .float32)
        let sines = try inputs.tensor(2, "sin", .float32)
        guard x.rank == 3, x.shape[2] % size == 0 else {
            throw .invalid("heads of size \(size) of \(x.shape)")
        }
        let (batch, length, heads) = (x.shape[0], x.shape[1], x.shape[2] / size)
        let tables: Shape = [batch, length, size]
        guard Shape.broadcast(cosines.shape, tables) == tables, Shape.broadcast(sines.shape, tables) == tables
        else { throw .invalid("cosines \(cosines.shape) and sines \(sines.shape) for \(x.shape)") }
        let source = x.contiguous()
        let cosineTable = cosines.broadcast(to: tables).contiguous()
        let sineTable = sines.broadcast(to: tables).contiguous()
        let scale = try scale(inputs)
        let isNormalized = scale != nil
        // Spans cannot be taken from an optional's content.
        let scaleOrAnything = scale ?? source
        let (size, half, epsilon) = (size, size / 2, epsilon)
        // Position by position, as the projection lies in memory: to write elsewhere costs less than to read there.
        return [
            .build(
                Float.self, [batch, heads, length, size], parts: batch * length,
                grain: max(1, 8_192 / (heads * size)), on: context.pool
            ) { range, output in
                let values = source.span(Float.self)
                let (cosines, sines) = (cosineTable.span(Float.self), sineTable.span(Float.self))
                let kernels = context.kernels
                var buffer = [Float](repeating: 0, count: size)
                var normalized = buffer.mutableSpan
                let factors = scaleOrAnything.span(Float.self)
                for position in range {
                    let (entry, place) = position.quotientAndRemainder(dividingBy: length)
                    let table = position * size..<position * size + half
                    let (cosine, sine) = (cosines.extracting(table), sines.extracting(table))
                    for head in 0..<heads {
                        let start = (position * heads + head) * size
                        let source = values.extracting(start..<start + size)
                        let first = ((entry * heads + head) * length + place) * size
                        var target = output.part(first..<first + size)
                        if isNormalized {
                            kernels.rmsNorm(source, scale: factors, epsilon: epsilon, into: &normalized)
                            kernels.rotate(normalized.span, cos: cosine, sin: sine, into: &target)
                        } else {
                            kernels.rotate(source, cos: cosine, sin: sine, into: &target)
                        }
                    }
                }
            }
        ]
    }

    private func scale(_ inputs: OperatorInputs) throws(OperatorError) -> Tensor? {
        guard inputs[3] != nil else { return nil }
        let scale = try inputs.tensor(3, "scale", .float32)
        guard scale.shape == [size] else {
            throw .invalid("scale of shape \(scale.shape), expected [\(size)]")
        }
        return scale.contiguous()
    }
}
