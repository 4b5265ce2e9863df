internal import Tensors

/// Several `MatMulNBits` of the same activations, which are quantised once.
///
/// Inputs: A, then for each product B, scales, zero points, g_idx and bias. Attributes: those of
/// `MatMulNBits`, with a list of N. Outputs: the products.
struct MatMulNBitsGroup: Operator {
    let products: [MatMulNBits]
    /// The inputs but A where they are the same in each run.
    private var operands: MatMulNBits.OperandGroup?

    /// Inputs of each product after A.
    static let operandCount = 5

    init(_ node: OperatorNode) throws(OperatorError) {
        guard let columns = try node.attributes.ints("N"), !columns.isEmpty else {
            throw .attribute(name: "N", reason: "is missing")
        }
        var products: [MatMulNBits] = []
        for count in columns {
            var attributes = node.attributes.values
            attributes["N"] = .int(count)
            products.append(
                try MatMulNBits(
                    OperatorNode(
                        type: "MatMulNBits", opset: node.opset, attributes: OperatorAttributes(attributes),
                        inputCount: 1 + Self.operandCount)))
        }
        self.products = products
    }

    var streamedInputs: [Int] { products.indices.map { 1 + $0 * Self.operandCount } }

    func run(_ inputs: OperatorInputs, _ context: OperatorContext) throws(OperatorError) -> [Tensor] {
        let a = try inputs.tensor(0, "A", .float32, .float16, .bfloat16)
        return try MatMulNBits.products(of: a, operands(inputs, context), context)
    }

    /// The inputs but A, checked.
    func operands(
        _ inputs: OperatorInputs, _ context: OperatorContext
    ) throws(OperatorError) -> MatMulNBits.OperandGroup {
        guard inputs.count == 1 + products.count * Self.operandCount else {
            throw .invalid("\(inputs.count) inputs for \(products.count) products")
        }
        if let operands { return operands }
        var operands: [MatMulNBits.Operands] = []
        for (index, product) in products.enumerated() {
            operands.append(
                try MatMulNBits.Operands(product, Self.operands(of: index, inputs.tensors), on: context.pool))
        }
        return MatMulNBits.OperandGroup(operands)
    }

    private static func operands(of product: Int, _ inputs: [Tensor?]) -> ArraySlice<Tensor?> {
        inputs[1 + product * operandCount..<1 + (product + 1) * operandCount]
    }

    func bound(to constants: [Tensor?], variables: [Int]) -> (any Operator)? {
        guard variables == [0], constants.count == 1 + products.count * Self.operandCount else { return nil }
        var operands: [MatMulNBits.Operands] = []
        for (index, product) in products.enumerated() {
            guard let own = product.constantOperands(Self.operands(of: index, constants)) else { return nil }
            operands.append(own)
        }
        var bound = self
        bound.operands = MatMulNBits.OperandGroup(operands)
        return bound
    }
}
