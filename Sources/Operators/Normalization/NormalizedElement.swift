internal import Tensors

/// The loops of a normalisation over one row, for each type that they run in.
protocol NormalizedElement: TensorElement, BinaryFloatingPoint {
    /// Mean, and the factor that makes the deviation from it 1; without subtraction, mean 0 and the factor
    /// that makes the root mean square 1.
    static func statistics(
        of row: Span<Self>, _ epsilon: Float, subtractsMean: Bool
    ) -> (mean: Self, factor: Self)

    static func normalize(
        _ row: Span<Self>, _ mean: Self, _ factor: Self, into target: inout MutableSpan<Self>)

    static func multiply(_ row: inout MutableSpan<Self>, by other: Span<Self>)
    static func add(_ other: Span<Self>, to row: inout MutableSpan<Self>)
}

extension Float: NormalizedElement {
    static func statistics(
        of row: Span<Float>, _ epsilon: Float, subtractsMean: Bool
    ) -> (mean: Float, factor: Float) {
        let count = Float(row.count)
        let mean = subtractsMean ? row.sum / count : 0
        return (mean, 1 / (row.sumOfSquares(around: mean) / count + epsilon).squareRoot())
    }

    static func normalize(
        _ row: Span<Float>, _ mean: Float, _ factor: Float, into target: inout MutableSpan<Float>
    ) {
        for index in 0..<row.count { target[index] = (row[index] - mean) * factor }
    }

    static func multiply(_ row: inout MutableSpan<Float>, by other: Span<Float>) {
        for index in 0..<row.count { row[index] *= other[index] }
    }

    static func add(_ other: Span<Float>, to row: inout MutableSpan<Float>) {
        for index in 0..<row.count { row[index] += other[index] }
    }
}

extension Double: NormalizedElement {
    static func statistics(
        of row: Span<Double>, _ epsilon: Float, subtractsMean: Bool
    ) -> (mean: Double, factor: Double) {
        var sum = 0.0
        for index in 0..<row.count { sum += row[index] }
        let mean = subtractsMean ? sum / Double(row.count) : 0
        var squares = 0.0
        for index in 0..<row.count { squares += (row[index] - mean) * (row[index] - mean) }
        return (mean, 1 / (squares / Double(row.count) + Double(epsilon)).squareRoot())
    }

    static func normalize(
        _ row: Span<Double>, _ mean: Double, _ factor: Double, into target: inout MutableSpan<Double>
    ) {
        for index in 0..<row.count { target[index] = (row[index] - mean) * factor }
    }

    static func multiply(_ row: inout MutableSpan<Double>, by other: Span<Double>) {
        for index in 0..<row.count { row[index] *= other[index] }
    }

    static func add(_ other: Span<Double>, to row: inout MutableSpan<Double>) {
        for index in 0..<row.count { row[index] += other[index] }
    }
}
