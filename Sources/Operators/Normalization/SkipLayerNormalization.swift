internal import Kernels
internal import Tensors
internal import Threading

/// com.microsoft `SkipLayerNormalization`: `LayerNormalization` along the last axis of input + skip + bias.
struct SkipLayerNormalization: Operator {
    private let sum: SkipNormalization

    init(_ node: OperatorNode) throws(OperatorError) {
        sum = try SkipNormalization(node, subtractsMean: true)
    }

    func run(_ inputs: OperatorInputs, _ context: OperatorContext) throws(OperatorError) -> [Tensor] {
        try sum.run(inputs, beta: inputs[3], bias: inputs[4], context)
    }
}

/// com.microsoft `SkipSimplifiedLayerNormalization`: RMS normalisation along the last axis of
/// input + skip + bias.
struct SkipSimplifiedLayerNormalization: Operator {
    private let sum: SkipNormalization

    init(_ node: OperatorNode) throws(OperatorError) {
        sum = try SkipNormalization(node, subtractsMean: false)
    }

    func run(_ inputs: OperatorInputs, _ context: OperatorContext) throws(OperatorError) -> [Tensor] {
        try sum.run(inputs, beta: nil, bias: inputs[3], context)
    }
}

/// What the two have in common.
private struct SkipNormalization {
    private let normalization: RowNormalization
    private let outputCount: Int
    private let wantsStatistics: Bool

    init(_ node: OperatorNode, subtractsMean: Bool) throws(OperatorError) {
        normalization = RowNormalization(
            epsilon: try node.attributes.float("epsilon", default: 1e-12), subtractsMean: subtractsMean)
        outputCount = node.outputCount
        wantsStatistics = outputCount > 1 && !node.omittedOutputs.isSuperset(of: [1, 2])
    }

    /// - Returns: the output, mean, inverse deviation and sum; the last three only if the node has outputs
    ///   besides the first. In place of statistics that the graph omits is the output again.
    func run(
        _ inputs: OperatorInputs, beta: Tensor?, bias: Tensor?, _ context: OperatorContext
    ) throws(OperatorError) -> [Tensor] {
        let pool = context.pool
        let input = try inputs.tensor(0, "input", .float32, .float64, .float16, .bfloat16)
        let skip = try inputs.tensor(1, "skip", input.elementType)
        let gamma = try inputs.tensor(2, "gamma", input.elementType)
        guard input.rank > 0 else { throw .invalid("normalisation of a scalar") }
        let width: Shape = [input.shape[input.rank - 1]]
        for (name, tensor) in [("gamma", gamma), ("beta", beta), ("bias", bias)] {
            if let tensor, tensor.shape != width {
                throw .invalid("\(name) of shape \(tensor.shape) for input of shape \(input.shape)")
            }
        }
        guard Shape.broadcast(skip.shape, input.shape) == input.shape else {
            throw .invalid("skip of shape \(skip.shape) for input of shape \(input.shape)")
        }
        if let bias, bias.elementType != input.elementType {
            throw .elementType(input: "bias", found: bias.elementType, supported: [input.elementType])
        }
        if input.elementType == .float32, gamma.elementType == .float32, bias == nil, !wantsStatistics,
            input.elementCount > 0, beta?.elementType ?? .float32 == .float32
        {
            let (result, sum) = inOnePass(input, skip, gamma, beta, context)
            return outputCount > 1 ? [result, result, result, sum] : [result]
        }
        let sum =
            if input.elementType == .float64 {
                Self.sum(Double.self, input, skip, bias, on: pool) { other, target in
                    for index in 0..<other.count { target[index] += other[index] }
                }
            } else {
                Self.sum(
                    Float.self, input.widened(on: pool), skip.widened(on: pool), bias?.widened(on: pool),
                    on: pool
                ) { other, target in context.kernels.add(other, to: &target) }
            }
        // The sum stays in 32 bits for the normalisation; only what leaves is rounded.
        let result = try normalization.run(
            sum, axis: -1, scale: gamma.widened(on: pool), bias: beta?.widened(on: pool), context
        ).narrowed(to: input.elementType, on: pool)
        guard outputCount > 1 else { return [result] }
        let kept = sum.narrowed(to: input.elementType, on: pool)
        guard wantsStatistics else { return [result, result, result, kept] }
        let statistics = try normalization.statistics(sum, axis: -1, on: pool)
        return [result, statistics.means, statistics.inverseDeviations, kept]
    }

    /// The norm and the sum of float32, row by row while the row is in the first cache.
    private func inOnePass(
        _ input: Tensor, _ skip: Tensor, _ gamma: Tensor, _ beta: Tensor?, _ context: OperatorContext
    ) -> (Tensor, sum: Tensor) {
        let input = input.contiguous()
        let skip = skip.broadcast(to: input.shape).contiguous()
        let (gamma, beta) = (gamma.contiguous(), beta?.contiguous())
        let width = gamma.elementCount
        let kernels = context.kernels
        let epsilon = normalization.epsilon
        let subtractsMean = normalization.subtractsMean
        return Tensor.buildPair(
            Float.self, input.shape, rows: input.elementCount / width, grain: max(1, 8_192 / width),
            on: context.pool
        ) { range, output, sum in
            let part = range.lowerBound * width..<range.upperBound * width
            let (values, others) = (input.span(Float.self), skip.span(Float.self))
            if subtractsMean {
                kernels.layerNorm(
                    values.extracting(part), adding: others.extracting(part), sum: &sum,
                    scale: gamma.span(Float.self), bias: beta?.span(Float.self), epsilon: epsilon,
                    into: &output)
            } else {
                kernels.rmsNorm(
                    values.extracting(part), adding: others.extracting(part), sum: &sum,
                    scale: gamma.span(Float.self), epsilon: epsilon, into: &output)
            }
        }
    }

    private static func sum<Element: NormalizedElement>(
        _ type: Element.Type, _ input: Tensor, _ skip: Tensor, _ bias: Tensor?, on pool: ThreadPool,
        _ add: @Sendable (Span<Element>, inout MutableSpan<Element>) -> Void
    ) -> Tensor {
        let input = input.contiguous()
        let skip = skip.broadcast(to: input.shape).contiguous()
        let bias = bias?.contiguous()
        let width = input.shape[input.rank - 1]
        let rows = width == 0 ? 0 : input.elementCount / width
        return .build(type, input.shape, rows: rows, grain: max(1, 8_192 / max(1, width)), on: pool) {
            range, output in
            let (values, others) = (input.span(type), skip.span(type))
            let start = range.lowerBound * width
            for index in 0..<output.count { output[index] = values[start + index] }
            add(others.extracting(start..<start + output.count), &output)
            if let bias {
                for row in 0..<range.count {
                    var target = output.part(row * width..<(row + 1) * width)
                    add(bias.span(type), &target)
                }
            }
        }
    }
}
