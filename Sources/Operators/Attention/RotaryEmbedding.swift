internal import Tensors
internal import Threading

/// ONNX `RotaryEmbedding` (opset 23): heads turned by angles that grow with the position.
struct RotaryEmbedding: Operator {
    private let isInterleaved: Bool
    private let heads: Int
    private let rotated: Int

    init(_ node: OperatorNode) throws(OperatorError) {
        isInterleaved = try node.attributes.flag("interleaved")
        heads = try node.attributes.int("num_heads", default: 0)
        rotated = try node.attributes.int("rotary_embedding_dim", default: 0)
    }

    func run(_ inputs: OperatorInputs, _ context: OperatorContext) throws(OperatorError) -> [Tensor] {
        let x = try inputs.tensor(0, "X", .float32, .float16, .bfloat16)
        var cosines = try inputs.tensor(1, "cos_cache", x.elementType)
        var sines = try inputs.tensor(2, "sin_cache", x.elementType)
        let view = try HeadView(x, heads: heads, headSize: nil)
        guard rotated <= view.headSize else {
            throw .attribute(name: "rotary_embedding_dim", reason: "is \(rotated) of \(view.headSize)")
        }
        let half = (rotated > 0 ? rotated : view.headSize) / 2
        var positions = try inputs.integers(3, "position_ids")
        if positions == nil {
            // One row of the tables for each entry of the batch and place in the sequence.
            let count = view.batch * view.length
            let expected: Shape = [view.batch, view.length, half]
            guard cosines.shape == expected, sines.shape == expected else {
                throw .invalid("tables of \(cosines.shape) and \(sines.shape), expected \(expected)")
            }
            cosines = cosines.reshaped([count, half])
            sines = sines.reshaped([count, half])
            positions = Array(0..<count)
        }
        guard cosines.rank == 2, cosines.shape[1] == half else {
            throw .invalid("tables of shape \(cosines.shape) for heads turned in 2 × \(half) elements")
        }
        let rows = try RotaryRows(
            cosines: cosines, sines: sines, positions: positions ?? [], isInterleaved: isInterleaved,
            on: context.pool)
        return [try view.rotating(by: rows, context)]
    }
}

/// com.microsoft `RotaryEmbedding`.
struct ContribRotaryEmbedding: Operator {
    private let isInterleaved: Bool
    private let heads: Int
    private let rotated: Int

    init(_ node: OperatorNode) throws(OperatorError) {
        isInterleaved = try node.attributes.flag("interleaved")
        heads = try node.attributes.int("num_heads", default: 0)
        rotated = try node.attributes.int("rotary_embedding_dim", default: 0)
        if rotated > 0 && heads <= 0 {
            throw .attribute(name: "num_heads", reason: "must be given with rotary_embedding_dim")
        }
        // `scale` is documented, but ONNX Runtime's implementation for CPUs reads it without using it.
    }

    func run(_ inputs: OperatorInputs, _ context: OperatorContext) throws(OperatorError) -> [Tensor] {
        let x = try inputs.tensor(0, "input", .float32, .float16, .bfloat16)
        let cosines = try inputs.tensor(2, "cos_cache", x.elementType)
        let sines = try inputs.tensor(3, "sin_cache", x.elementType)
        guard cosines.rank == 2 else { throw .invalid("table of shape \(cosines.shape)") }
        let half = cosines.shape[1]
        let view = try HeadView(x, heads: heads, headSize: rotated > 0 ? nil : 2 * half)
        guard half == (rotated > 0 ? rotated : view.headSize) / 2 else {
            throw .invalid("tables of shape \(cosines.shape) for rotary_embedding_dim \(rotated)")
        }
        let given = try inputs.requiredIntegers(1, "position_ids")
        var positions = given
        if given.count == 1, view.batch * view.length != 1 || inputs[1]?.rank != 2 {
            // A single number is the position of every sequence's first entry.
            let first = given[0]
            guard first >= 0, first <= cosines.shape[0] else {
                throw .invalid("position \(first) in tables of \(cosines.shape[0])")
            }
            positions = (0..<view.batch).flatMap { _ in first..<first + view.length }
        }
        let rows = try RotaryRows(
            cosines: cosines, sines: sines, positions: positions, isInterleaved: isInterleaved,
            on: context.pool)
        return [try view.rotating(by: rows, context)]
    }
}

/// The heads of `[batch, sequence, heads · size]` or `[batch, heads, sequence, size]`.
private struct HeadView {
    let batch: Int
    let length: Int
    let headSize: Int
    private let original: Tensor
    /// Number of heads.
    private let count: Int

    /// - Parameters:
    ///   - heads: 0 if it follows from the size.
    ///   - headSize: nil if it follows from the number of heads.
    init(_ x: Tensor, heads: Int, headSize: Int?) throws(OperatorError) {
        original = x
        switch x.rank {
        case 4:
            (batch, count, length) = (x.shape[0], x.shape[1], x.shape[2])
            self.headSize = x.shape[3]
            if let headSize, headSize != self.headSize {
                throw .invalid("tables for heads of \(headSize), input of shape \(x.shape)")
            }
        case 3:
            (batch, length) = (x.shape[0], x.shape[1])
            let hidden = x.shape[2]
            if let headSize {
                guard headSize > 0, hidden % headSize == 0 else {
                    throw .invalid("tables for heads of \(headSize), input of shape \(x.shape)")
                }
                self.headSize = headSize
                count = hidden / headSize
            } else {
                guard heads > 0, hidden % heads == 0 else {
                    throw .attribute(name: "num_heads", reason: "is \(heads) for shape \(x.shape)")
                }
                self.headSize = hidden / heads
                count = heads
            }
        default:
            throw .invalid("rotary embedding of shape \(x.shape)")
        }
    }

    /// The turned heads, in the layout of the input.
    func rotating(by rows: RotaryRows, _ context: OperatorContext) throws(OperatorError) -> Tensor {
        let pool = context.pool
        let plain = original.widened(on: pool)
        if original.rank == 4 {
            return try rows.rotating(plain.transposed([0, 2, 1, 3]), context)
                .narrowed(to: original.elementType, on: pool).transposed([0, 2, 1, 3])
        }
        return try rows.rotating(plain.reshaped([batch, length, count, headSize]), context)
            .narrowed(to: original.elementType, on: pool).reshaped(original.shape)
    }
}
