internal import Kernels
internal import Tensors
internal import Threading

/// An operator that maps each element of its first input by itself.
protocol Activation: Operator {
    /// ONNX's name of the input.
    static var inputName: String { get }

    /// The kernel that computes the function in float32, if there is one.
    var kernel: KernelTable.Activation? { get }
    func apply(_ x: FloatVector) -> FloatVector
    func apply(_ x: Double) -> Double
}

extension Activation {
    static var inputName: String { "X" }
    var kernel: KernelTable.Activation? { nil }

    @inline(__always)
    func run(_ inputs: OperatorInputs, _ context: OperatorContext) throws(OperatorError) -> [Tensor] {
        let x = try inputs.tensor(0, Self.inputName, .float32, .float64, .float16, .bfloat16)
        if let kernel { return [x.applying(kernel, context) { apply($0) }] }
        return [x.mappingElements(on: context.pool, { apply($0) }, { apply($0) })]
    }
}

extension Tensor {
    /// A contiguous tensor of the results of a function on each element of a floating-point one.
    func applying(
        _ activation: KernelTable.Activation, _ context: OperatorContext,
        _ double: @Sendable (Double) -> Double
    ) -> Tensor {
        let pool = context.pool
        let source = widened(on: pool).contiguous()
        if elementType == .float64 {
            return .build(Double.self, shape, rows: elementCount, grain: 4_096, on: pool) { range, output in
                let values = source.span(Double.self)
                for index in range { output[index - range.lowerBound] = double(values[index]) }
            }
        }
        return Tensor.build(Float.self, shape, rows: elementCount, grain: 8_192, on: pool) { range, output in
            context.kernels.apply(activation, source.span(Float.self).extracting(range), into: &output)
        }
        .narrowed(to: elementType, on: pool)
    }

    /// Likewise of a tensor plus a bias along its last axis.
    func applying(
        _ activation: KernelTable.Activation, adding bias: Tensor, _ context: OperatorContext,
        _ double: @Sendable (Double) -> Double
    ) throws(OperatorError) -> Tensor {
        let pool = context.pool
        if elementType == .float64 { return try mappingElements(adding: bias, on: pool, { $0 }, double) }
        try checkBias(bias)
        let source = widened(on: pool).contiguous()
        let addends = bias.widened(on: pool).contiguous()
        let width = bias.elementCount
        let rows = width == 0 ? 0 : elementCount / width
        return Tensor.build(Float.self, shape, rows: rows, grain: max(1, 8_192 / max(1, width)), on: pool) {
            range, output in
            let values = source.span(Float.self)
            for row in range {
                let start = (row - range.lowerBound) * width
                var target = output.part(start..<start + width)
                context.kernels.add(
                    values.extracting(row * width..<(row + 1) * width), addends.span(Float.self),
                    into: &target)
                context.kernels.apply(activation, inPlace: &target)
            }
        }
        .narrowed(to: elementType, on: pool)
    }

    private func checkBias(_ bias: Tensor) throws(OperatorError) {
        guard bias.elementType == elementType else {
            throw .elementType(input: "bias", found: bias.elementType, supported: [elementType])
        }
        guard rank > 0, bias.shape == [shape[rank - 1]] else {
            throw .invalid("bias of shape \(bias.shape) for input of shape \(shape)")
        }
    }

    /// A contiguous tensor of the results of a function on each element of a floating-point one.
    @inline(__always)
    func mappingElements(
        on pool: ThreadPool, _ single: @Sendable (FloatVector) -> FloatVector,
        _ double: @Sendable (Double) -> Double
    ) -> Tensor {
        let source = widened(on: pool).contiguous()
        if elementType == .float64 {
            return .build(Double.self, shape, rows: elementCount, grain: 4_096, on: pool) { range, output in
                let values = source.span(Double.self)
                for index in range { output[index - range.lowerBound] = double(values[index]) }
            }
        }
        return Tensor.build(Float.self, shape, rows: elementCount, grain: 4_096, on: pool) { range, output in
            output.writeVectors(from: source.span(Float.self).extracting(range), single)
        }
        .narrowed(to: elementType, on: pool)
    }

    /// Likewise of a tensor plus a bias along its last axis.
    @inline(__always)
    func mappingElements(
        adding bias: Tensor, on pool: ThreadPool, _ single: @Sendable (FloatVector) -> FloatVector,
        _ double: @Sendable (Double) -> Double
    ) throws(OperatorError) -> Tensor {
        try checkBias(bias)
        let source = widened(on: pool).contiguous()
        let bias = bias.widened(on: pool).contiguous()
        let width = bias.elementCount
        let rows = width == 0 ? 0 : elementCount / width
        let grain = max(1, 4_096 / max(1, width))
        if elementType == .float64 {
            return .build(Double.self, shape, rows: rows, grain: grain, on: pool) { range, output in
                let (values, addends) = (source.span(Double.self), bias.span(Double.self))
                let start = range.lowerBound * width
                for index in 0..<output.count {
                    output[index] = double(values[start + index] + addends[index % width])
                }
            }
        }
        return Tensor.build(Float.self, shape, rows: rows, grain: grain, on: pool) { range, output in
            let (values, addends) = (source.span(Float.self), bias.span(Float.self))
            for row in range {
                let start = (row - range.lowerBound) * width
                var target = output.part(start..<start + width)
                target.writeVectors(
                    from: values.extracting(row * width..<(row + 1) * width), adding: addends, single)
            }
        }
        .narrowed(to: elementType, on: pool)
    }
}
