internal import Kernels
internal import Tensors
internal import Threading

/// What layer normalisations have in common: the rows of a tensor, which are its axes from one on taken
/// together, shifted and scaled to mean 0 and deviation 1, or only scaled to root mean square 1.
struct RowNormalization: Sendable {
    let epsilon: Float
    /// False for RMS normalisation.
    let subtractsMean: Bool

    /// - Parameters:
    ///   - scale: broadcast to the rows, or to all of `x`; its type decides the result's.
    ///   - bias: likewise.
    func run(
        _ x: Tensor, axis: Int, scale: Tensor?, bias: Tensor?, _ context: OperatorContext
    ) throws(OperatorError) -> Tensor {
        let rows = try Rows(x, axis: axis)
        if x.elementType == .float64 {
            return try run(Double.self, x.contiguous(), rows, scale, bias, context)
        }
        let type = scale?.elementType ?? x.elementType
        return try run(Float.self, x.widened(on: context.pool).contiguous(), rows, scale, bias, context)
            .narrowed(to: type, on: context.pool)
    }

    /// Mean and inverse deviation of each row, as float32 whatever the type of `x`, in the shape of `x` with 1
    /// in place of the normalised axes.
    func statistics(
        _ x: Tensor, axis: Int, on pool: ThreadPool
    ) throws(OperatorError) -> (means: Tensor, inverseDeviations: Tensor) {
        let rows = try Rows(x, axis: axis)
        if x.elementType == .float64 {
            return statistics(Double.self, x.contiguous(), rows, on: pool)
        }
        return statistics(Float.self, x.widened(on: pool).contiguous(), rows, on: pool)
    }

    /// How a tensor divides into rows.
    private struct Rows {
        let shape: Shape
        let axis: Int
        let count: Int
        let width: Int

        init(_ x: Tensor, axis: Int) throws(OperatorError) {
            shape = x.shape
            self.axis = try x.shape.requiredAxis(axis)
            count = x.shape.dimensions[..<self.axis].reduce(1, *)
            width = x.shape.dimensions[self.axis...].reduce(1, *)
        }

        /// Least rows worth a thread.
        var grain: Int { max(1, 8_192 / max(1, width)) }

        var statisticsShape: Shape {
            Shape(shape.dimensions.enumerated().map { $0 < axis ? $1 : 1 })
        }
    }

    /// A scale or bias: one row for all, or a row for each.
    private struct Factor<Element: NormalizedElement> {
        let values: Tensor
        let isShared: Bool

        init(_ tensor: Tensor, _ name: String, _ rows: Rows, on pool: ThreadPool) throws(OperatorError) {
            let widened = tensor.widened(on: pool)
            guard widened.elementType == Element.elementType else {
                throw .elementType(
                    input: name, found: tensor.elementType, supported: [Element.elementType])
            }
            let rowShape = Shape(Array(rows.shape.dimensions[rows.axis...]))
            isShared = Shape.broadcast(tensor.shape, rowShape) == rowShape
            if isShared {
                values = widened.broadcast(to: rowShape).contiguous()
            } else if Shape.broadcast(tensor.shape, rows.shape) == rows.shape {
                values = widened.broadcast(to: rows.shape).contiguous()
            } else {
                throw .invalid("\(name) of shape \(tensor.shape) cannot be broadcast to \(rows.shape)")
            }
        }

        @_lifetime(borrow self)
        func row(_ index: Int, width: Int) -> Span<Element> {
            let all = values.span(Element.self)
            return isShared ? all : all.extracting(index * width..<(index + 1) * width)
        }
    }

    private func run<Element: NormalizedElement>(
        _ type: Element.Type, _ x: Tensor, _ rows: Rows, _ scale: Tensor?, _ bias: Tensor?,
        _ context: OperatorContext
    ) throws(OperatorError) -> Tensor {
        let pool = context.pool
        let scale = try Factor<Element>(
            scale ?? Tensor(repeating: 1 as Element, shape: [1]), "scale", rows, on: pool)
        let bias = try bias.map { bias throws(OperatorError) in
            try Factor<Element>(bias, "bias", rows, on: pool)
        }
        let width = rows.width
        return .build(
            type, rows.shape, rows: width == 0 ? 0 : rows.count, grain: rows.grain, on: pool
        ) { range, output in
            let values = x.span(type)
            for row in range {
                let start = (row - range.lowerBound) * width
                var target = output.part(start..<start + width)
                Element.normalize(
                    values.extracting(row * width..<(row + 1) * width), self,
                    scale: scale.row(row, width: width), bias: bias?.row(row, width: width),
                    context.kernels, into: &target)
            }
        }
    }

    private func statistics<Element: NormalizedElement>(
        _ type: Element.Type, _ x: Tensor, _ rows: Rows, on pool: ThreadPool
    ) -> (means: Tensor, inverseDeviations: Tensor) {
        func each(_ select: @Sendable ((mean: Element, factor: Element)) -> Element) -> Tensor {
            .build(Float.self, rows.statisticsShape, rows: rows.count, grain: rows.grain, on: pool) {
                range, output in
                let values = x.span(type)
                for row in range {
                    let source = values.extracting(row * rows.width..<(row + 1) * rows.width)
                    output[row - range.lowerBound] = Float(
                        select(Element.statistics(of: source, epsilon, subtractsMean: subtractsMean)))
                }
            }
        }
        return (each { $0.mean }, each { $0.factor })
    }
}
