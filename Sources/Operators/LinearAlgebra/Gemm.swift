internal import Tensors
internal import Threading

/// ONNX `Gemm`: `alpha · A · B + beta · C` of matrices, A and B transposed on demand.
struct Gemm: Operator {
    private let alpha: Float
    private let beta: Float
    let transposesA: Bool
    private let transposesB: Bool

    init(_ node: OperatorNode) throws(OperatorError) {
        alpha = try node.attributes.float("alpha", default: 1)
        beta = try node.attributes.float("beta", default: 1)
        transposesA = try node.attributes.flag("transA")
        transposesB = try node.attributes.flag("transB")
    }

    func run(_ inputs: OperatorInputs, _ context: OperatorContext) throws(OperatorError) -> [Tensor] {
        let type = try inputs.tensor(0, "A", .float32, .float64, .float16, .bfloat16).elementType
        var a = try inputs.tensor(0, "A").widened(on: context.pool)
        guard var b = try inputs.widened(1, "B", like: type, on: context.pool) else {
            throw .missingInput(name: "B")
        }
        guard a.rank == 2 && b.rank == 2 else {
            throw .invalid("Gemm of shapes \(a.shape) and \(b.shape), not of matrices")
        }
        if transposesA { a = a.transposed([1, 0]) }
        if transposesB { b = b.transposed([1, 0]) }
        guard a.shape[1] == b.shape[0] else {
            throw .invalid("matrix product of shapes \(a.shape) and \(b.shape)")
        }
        let c = beta == 0 ? nil : try inputs.widened(2, "C", like: type, on: context.pool)
        let result =
            if type == .float64 {
                try product(Double.self, a, b, c, Double(alpha), Double(beta), on: context.pool)
            } else if alpha == 1, beta == 1, let c, c.shape == [b.shape[1]] {
                try MatrixProduct<Float>(a, b).run(bias: c.contiguous(), with: context)
            } else if alpha == 1, c == nil {
                try MatrixProduct<Float>(a, b).run(with: context)
            } else {
                try product(Float.self, a, b, c, alpha, beta, on: context.pool)
            }
        return [result.narrowed(to: type, on: context.pool)]
    }

    private func product<Element: BLASElement>(
        _ type: Element.Type, _ a: Tensor, _ b: Tensor, _ c: Tensor?, _ alpha: Element, _ beta: Element,
        on pool: ThreadPool
    ) throws(OperatorError) -> Tensor {
        let shape = try Shape.result([a.shape[0], b.shape[1]])
        var start: Tensor?
        if let c {
            guard Shape.broadcast(c.shape, shape) == shape else {
                throw .invalid("C of shape \(c.shape) cannot be broadcast to \(shape)")
            }
            start = c.broadcast(to: shape).contiguous()
            if beta != 1, let unscaled = start {
                start = .build(type, shape, rows: shape.elementCount, grain: 1 << 14, on: pool) {
                    range, output in
                    let values = unscaled.span(type)
                    for index in range { output[index - range.lowerBound] = beta * values[index] }
                }
            }
        }
        return try MatrixProduct<Element>(a, b).run(alpha: alpha, addingTo: start, on: pool)
    }
}
