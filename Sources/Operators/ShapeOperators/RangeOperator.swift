import Tensors

/// ONNX Range: numbers from `start` up to but without `limit`, `delta` apart.
struct RangeOperator: Operator {
    private static let types = ElementType.floats + [.int16, .int32, .int64]

    init(_ node: OperatorNode) {}

    func run(_ inputs: OperatorInputs, _ context: OperatorContext) throws(OperatorError) -> [Tensor] {
        let start = try inputs.tensor(0, "start", anyOf: Self.types)
        let type = start.elementType
        guard var first = try inputs.scalar(0, "start", like: start),
            var limit = try inputs.scalar(1, "limit", like: start),
            var delta = try inputs.scalar(2, "delta", like: start)
        else { throw .missingInput(name: "limit or delta") }
        // Ends of 16 bits, and their distance, are computed in 32.
        first = first.cast(to: type.computeType, context)
        limit = limit.cast(to: type.computeType, context)
        delta = delta.cast(to: type.computeType, context)
        let count =
            try type.isFloatingPoint
            ? Self.floatCount(from: first, to: limit, by: delta, context)
            : Self.integerCount(from: first, to: limit, by: delta, context)
        let shape = try Shape.result([count])
        let steps = Tensor((0..<shape.elementCount).map { Int64($0) }).cast(to: type.computeType, context)
        let offsets = try Mul.apply(steps, delta, context)
        let values = try Add.apply(offsets, first, context)
        return [values.cast(to: type, context)]
    }

    private static func integerCount(
        from start: Tensor, to limit: Tensor, by delta: Tensor, _ context: OperatorContext
    ) throws(OperatorError) -> Int {
        let values = [start, limit, delta].map { $0.cast(to: .int64, context).array(Int64.self)[0] }
        let step = Int(values[2])
        let (distance, overflow) = Int(values[1]).subtractingReportingOverflow(Int(values[0]))
        guard step != 0, !overflow else { throw .invalid("range of \(values) has no end") }
        if step > 0 { return distance <= 0 ? 0 : (distance - 1) / step + 1 }
        return distance >= 0 ? 0 : (distance + 1) / step + 1
    }

    private static func floatCount(
        from start: Tensor, to limit: Tensor, by delta: Tensor, _ context: OperatorContext
    ) throws(OperatorError) -> Int {
        // The distance is rounded to the tensors' type before it is divided, as other runtimes do.
        let distance = try Sub.apply(limit, start, context)
        let values = [distance, delta].map { $0.cast(to: .float64, context).array(Double.self)[0] }
        let steps = (values[0] / values[1]).rounded(.up)
        guard let count = Int(exactly: steps < 0 ? 0 : steps) else {
            throw .invalid("range over \(values[0]) by \(values[1]) has no end")
        }
        return count
    }
}
