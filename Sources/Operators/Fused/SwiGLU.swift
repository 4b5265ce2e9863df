internal import Kernels
internal import Tensors
internal import Threading

/// `gate · sigmoid(gate) · up`, the gated activation of Qwen3's feed-forward layers.
///
/// Inputs: gate and up, float32 of the same shape.
struct SwiGLU: Operator {
    init(_ node: OperatorNode) throws(OperatorError) {}

    func run(_ inputs: OperatorInputs, _ context: OperatorContext) throws(OperatorError) -> [Tensor] {
        let gate = try inputs.tensor(0, "gate", .float32)
        return [try Self.product(gate: gate, up: inputs.tensor(1, "up", .float32), context)]
    }

    /// - Parameter up: float32 like the gate, and of a shape that can be broadcast to its.
    static func product(
        gate: Tensor, up: Tensor, _ context: OperatorContext
    ) throws(OperatorError) -> Tensor {
        let gate = gate.contiguous()
        guard Shape.broadcast(up.shape, gate.shape) == gate.shape else {
            throw .invalid("gate of shape \(gate.shape) for a product with shape \(up.shape)")
        }
        let plainUp = up.broadcast(to: gate.shape).contiguous()
        return .build(Float.self, gate.shape, rows: gate.elementCount, grain: 8_192, on: context.pool) {
            range, output in
            context.kernels.siluProduct(
                gate: gate.span(Float.self).extracting(range),
                up: plainUp.span(Float.self).extracting(range), into: &output)
        }
    }
}
