internal import Kernels
internal import Tensors
internal import Threading

/// `act(A · B + bias) + residual` of float32: a `MatMul` with what is done to its product right after.
///
/// Inputs: A `[…, K]`, B `[K, N]`, optionally the bias `[N]` and the residual, broadcast to `[…, N]`.
/// Attribute: `activation`, `none` or `gelu` (exact).
struct Linear: Operator {
    private let activation: ProductEpilogue.Activation

    init(_ node: OperatorNode) throws(OperatorError) {
        switch try node.attributes.string("activation") ?? "none" {
        case "none": activation = .none
        case "gelu": activation = .gelu
        case let other: throw .attribute(name: "activation", reason: "is \(other)")
        }
    }

    func run(_ inputs: OperatorInputs, _ context: OperatorContext) throws(OperatorError) -> [Tensor] {
        let a = try inputs.tensor(0, "A", .float32)
        let b = try inputs.tensor(1, "B", .float32)
        guard a.rank >= 1, b.rank == 2, a.shape[a.rank - 1] == b.shape[0] else {
            throw .invalid("matrix product of shapes \(a.shape) and \(b.shape)")
        }
        let (inner, columns) = (b.shape[0], b.shape[1])
        let shape = try Shape.result(a.shape.dimensions.dropLast() + [columns])
        var bias: Tensor?
        if inputs[2] != nil {
            let tensor = try inputs.tensor(2, "bias", .float32)
            guard tensor.shape == [columns] else {
                throw .invalid("bias of shape \(tensor.shape) for \(columns) columns")
            }
            bias = tensor.contiguous()
        }
        var residual: Tensor?
        if inputs[3] != nil {
            let tensor = try inputs.tensor(3, "residual", .float32)
            guard Shape.broadcast(tensor.shape, shape) == shape else {
                throw .invalid("residual of shape \(tensor.shape) for a product of shape \(shape)")
            }
            residual = tensor.broadcast(to: shape).contiguous()
        }
        let rows = a.shape.dimensions.dropLast().reduce(1, *)
        return [
            try MatrixProduct<Float>(a.contiguous().reshaped([rows, inner]), b)
                .run(
                    bias: bias, activation: activation, residual: residual?.reshaped([rows, columns]),
                    with: context
                ).reshaped(shape)
        ]
    }
}
