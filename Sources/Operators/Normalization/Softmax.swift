internal import Kernels
internal import Tensors
internal import Threading

/// ONNX `Softmax`.
///
/// A row whose entries are all the same finite number, such as a fully masked one, becomes uniform. A row of
/// minus infinities becomes NaN, as in ONNX Runtime.
struct Softmax: Operator {
    private let axis: SoftmaxAxis

    init(_ node: OperatorNode) throws(OperatorError) {
        axis = try SoftmaxAxis(node)
    }

    func run(_ inputs: OperatorInputs, _ context: OperatorContext) throws(OperatorError) -> [Tensor] {
        let input = try inputs.tensor(0, "input", .float32, .float64, .float16, .bfloat16)
        return [
            try axis.mapRows(
                of: input, on: context.pool,
                { row, target in context.kernels.softmax(row, rowLength: row.count, into: &target) },
                { row, target in softmaxRow(row, into: &target) })
        ]
    }
}

/// ONNX `LogSoftmax`.
struct LogSoftmax: Operator {
    private let axis: SoftmaxAxis

    init(_ node: OperatorNode) throws(OperatorError) {
        axis = try SoftmaxAxis(node)
    }

    func run(_ inputs: OperatorInputs, _ context: OperatorContext) throws(OperatorError) -> [Tensor] {
        let input = try inputs.tensor(0, "input", .float32, .float64, .float16, .bfloat16)
        return [
            try axis.mapRows(
                of: input, on: context.pool, { row, target in logSoftmaxRow(row, into: &target) },
                { row, target in logSoftmaxRow(row, into: &target) })
        ]
    }
}

/// Which elements are normalised together.
private struct SoftmaxAxis {
    private let axis: Int
    /// Before opset 13 all axes from `axis` on formed one row.
    private let flattens: Bool

    init(_ node: OperatorNode) throws(OperatorError) {
        flattens = node.opset < 13
        axis = try node.attributes.int("axis", default: flattens ? 1 : -1)
    }

    /// Applies one of the functions to each row.
    func mapRows(
        of input: Tensor, on pool: ThreadPool,
        _ single: @Sendable (Span<Float>, inout MutableSpan<Float>) -> Void,
        _ double: @Sendable (Span<Double>, inout MutableSpan<Double>) -> Void
    ) throws(OperatorError) -> Tensor {
        // ONNX Runtime takes a scalar for a row of one element.
        if input.rank == 0 {
            return try mapRows(of: input.reshaped([1]), on: pool, single, double).reshaped([])
        }
        var axis = self.axis
        if axis != input.rank || !flattens { axis = try input.shape.requiredAxis(axis) }
        var axes = Array(0..<input.rank)
        let isMoved = !flattens && axis != input.rank - 1
        if isMoved { axes.append(axes.remove(at: axis)) }
        let source = (isMoved ? input.transposed(axes) : input).widened(on: pool).contiguous()
        let width = source.shape.dimensions[(flattens ? axis : input.rank - 1)...].reduce(1, *)
        let result =
            if source.elementType == .float64 {
                map(source, width, on: pool, double)
            } else {
                map(source, width, on: pool, single).narrowed(to: input.elementType, on: pool)
            }
        guard isMoved else { return result }
        var inverse = Array(0..<input.rank - 1)
        inverse.insert(input.rank - 1, at: axis)
        return result.transposed(inverse).contiguous()
    }

    private func map<Element: TensorElement>(
        _ source: Tensor, _ width: Int, on pool: ThreadPool,
        _ body: @Sendable (Span<Element>, inout MutableSpan<Element>) -> Void
    ) -> Tensor {
        let rows = width == 0 ? 0 : source.elementCount / width
        return .build(
            Element.self, source.shape, rows: rows, grain: max(1, 8_192 / max(1, width)), on: pool
        ) { range, output in
            let values = source.span(Element.self)
            for row in range {
                let start = (row - range.lowerBound) * width
                var target = output.part(start..<start + width)
                body(values.extracting(row * width..<(row + 1) * width), &target)
            }
        }
    }
}
