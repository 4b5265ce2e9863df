internal import Kernels
internal import Tensors

/// The loops of a normalisation over one row, for each type that they run in.
protocol NormalizedElement: TensorElement, BinaryFloatingPoint {
    /// Mean, and the factor that makes the deviation from it 1; without subtraction, mean 0 and the factor
    /// that makes the root mean square 1.
    static func statistics(
        of row: Span<Self>, _ epsilon: Float, subtractsMean: Bool
    ) -> (mean: Self, factor: Self)

    /// Writes the row less its mean times the factor, times `scale`, plus `bias`.
    static func normalize(
        _ row: Span<Self>, _ normalization: RowNormalization, scale: Span<Self>, bias: Span<Self>?,
        _ kernels: KernelTable, into target: inout MutableSpan<Self>)
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
        _ row: Span<Float>, _ normalization: RowNormalization, scale: Span<Float>, bias: Span<Float>?,
        _ kernels: KernelTable, into target: inout MutableSpan<Float>
    ) {
        if normalization.subtractsMean {
            kernels.layerNorm(
                row, scale: scale, bias: bias, epsilon: normalization.epsilon, into: &target)
        } else {
            kernels.rmsNorm(row, scale: scale, epsilon: normalization.epsilon, into: &target)
            if let bias { kernels.add(bias, to: &target) }
        }
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
        _ row: Span<Double>, _ normalization: RowNormalization, scale: Span<Double>, bias: Span<Double>?,
        _ kernels: KernelTable, into target: inout MutableSpan<Double>
    ) {
        let (mean, factor) = statistics(
            of: row, normalization.epsilon, subtractsMean: normalization.subtractsMean)
        for index in 0..<row.count { target[index] = (row[index] - mean) * factor * scale[index] }
        if let bias {
            for index in 0..<row.count { target[index] += bias[index] }
        }
    }
}
