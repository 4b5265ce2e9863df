internal import Kernels
internal import Tensors
internal import Threading

/// `gate · sigmoid(gate) · up` of two `MatMulNBits` of the same activations: the first half of Qwen3's feed-forward
/// layers.
///
/// Inputs and attributes: those of ``MatMulNBitsGroup`` with two products of as many columns, gate and up.
struct MatMulNBitsSwiGLU: Operator {
    private(set) var products: MatMulNBitsGroup

    init(_ node: OperatorNode) throws(OperatorError) {
        products = try MatMulNBitsGroup(node)
        let columns = products.products.map(\.columns)
        guard columns.count == 2, columns[0] == columns[1] else {
            throw .attribute(name: "N", reason: "is \(columns), expected twice the same")
        }
    }

    var streamedInputs: [Int] { products.streamedInputs }

    func run(_ inputs: OperatorInputs, _ context: OperatorContext) throws(OperatorError) -> [Tensor] {
        let a = try inputs.tensor(0, "A", .float32, .float16, .bfloat16)
        let operands = try products.operands(inputs, context)
        if let output = try MatMulNBits.gatedProduct(of: a, operands, context) { return [output] }
        let both = try MatMulNBits.products(of: a, operands, context)
        return [try SwiGLU.product(gate: both[0], up: both[1], context)]
    }

    func bound(to constants: [Tensor?], variables: [Int]) -> (any Operator)? {
        guard let products = products.bound(to: constants, variables: variables) as? MatMulNBitsGroup else {
            return nil
        }
        var bound = self
        bound.products = products
        return bound
    }
}
