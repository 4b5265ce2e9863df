internal import Tensors
internal import Threading

/// ONNX `PRelu`: negative elements times a slope that is broadcast to the input.
struct PRelu: Operator {
    init(_ node: OperatorNode) throws(OperatorError) {}

    func run(_ inputs: OperatorInputs, _ context: OperatorContext) throws(OperatorError) -> [Tensor] {
        let pool = context.pool
        let x = try inputs.tensor(
            0, "X", .float32, .float64, .float16, .bfloat16, .int32, .int64, .uint32, .uint64)
        guard var slope = try inputs.widened(1, "slope", like: x.elementType, on: pool) else {
            throw .missingInput(name: "slope")
        }
        guard Shape.broadcast(slope.shape, x.shape) == x.shape else {
            throw .invalid("slope of shape \(slope.shape) cannot be broadcast to \(x.shape)")
        }
        slope = slope.broadcast(to: x.shape).contiguous()
        let source = x.widened(on: pool).contiguous()
        let result =
            switch x.elementType {
            case .float64: scale(Double.self, source, slope, on: pool) { $0 * $1 }
            case .int32: scale(Int32.self, source, slope, on: pool) { $0 &* $1 }
            case .int64: scale(Int64.self, source, slope, on: pool) { $0 &* $1 }
            case .uint32, .uint64: source
            default: scale(Float.self, source, slope, on: pool) { $0 * $1 }
            }
        return [result.narrowed(to: x.elementType, on: pool)]
    }

    @inline(__always)
    private func scale<Element: TensorElement & Comparable & ExpressibleByIntegerLiteral>(
        _ type: Element.Type, _ x: Tensor, _ slope: Tensor, on pool: ThreadPool,
        _ multiply: @Sendable (Element, Element) -> Element
    ) -> Tensor {
        .build(type, x.shape, rows: x.elementCount, grain: 8_192, on: pool) { range, output in
            let (values, slopes) = (x.span(type), slope.span(type))
            for index in range {
                let value = values[index]
                output[index - range.lowerBound] = value < 0 ? multiply(value, slopes[index]) : value
            }
        }
    }
}
