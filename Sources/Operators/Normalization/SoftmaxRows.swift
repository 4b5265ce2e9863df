internal import Foundation

/// Replaces a row by its softmax. The maximum is subtracted first, so that nothing overflows.
func softmaxRow(_ row: inout MutableSpan<Float>) {
    let maximum = row.span.maximum
    let total = exponentiate(&row, minus: maximum)
    let factor = 1 / total
    row.mapVectors { $0 * factor }
}

/// Replaces each element by e to its distance from `maximum`, and returns their sum.
func exponentiate(_ row: inout MutableSpan<Float>, minus maximum: Float) -> Float {
    row.mapVectors { exp($0 - maximum) }
    return row.span.sum
}

func softmaxRow(_ row: inout MutableSpan<Double>) {
    var maximum = -Double.infinity
    for index in 0..<row.count { maximum = max(maximum, row[index]) }
    var total = 0.0
    for index in 0..<row.count {
        row[index] = Foundation.exp(row[index] - maximum)
        total += row[index]
    }
    for index in 0..<row.count { row[index] /= total }
}

func logSoftmaxRow(_ row: inout MutableSpan<Float>) {
    let maximum = row.span.maximum
    var total = FloatVector.zero
    var index = 0
    while index < row.span.tailStart {
        total += exp(row.span.vector(at: index) - maximum)
        index += 16
    }
    total += exp(row.span.tail(from: index, padding: -.infinity) - maximum)
    // Not maximum + log(total): a large maximum would swallow the logarithm.
    let logarithm = Foundation.log(total.sum())
    row.mapVectors { ($0 - maximum) - logarithm }
}

func logSoftmaxRow(_ row: inout MutableSpan<Double>) {
    var maximum = -Double.infinity
    for index in 0..<row.count { maximum = max(maximum, row[index]) }
    var total = 0.0
    for index in 0..<row.count { total += Foundation.exp(row[index] - maximum) }
    let logarithm = Foundation.log(total)
    for index in 0..<row.count { row[index] = (row[index] - maximum) - logarithm }
}
