internal import Foundation

/// Writes the softmax of a row. The maximum is subtracted first, so that nothing overflows.
func softmaxRow(_ row: Span<Double>, into target: inout MutableSpan<Double>) {
    let maximum = maximum(row)
    var total = 0.0
    for index in 0..<row.count {
        target[index] = Foundation.exp(row[index] - maximum)
        total += target[index]
    }
    for index in 0..<row.count { target[index] /= total }
}

func logSoftmaxRow(_ row: Span<Float>, into target: inout MutableSpan<Float>) {
    let maximum = row.maximum
    var total = FloatVector.zero
    var index = 0
    while index < row.tailStart {
        total += exp(row.vector(at: index) - maximum)
        index += 16
    }
    total += exp(row.tail(from: index, padding: -.infinity) - maximum)
    // Not maximum + log(total): a large maximum would swallow the logarithm.
    let logarithm = Foundation.log(total.sum())
    target.writeVectors(from: row) { ($0 - maximum) - logarithm }
}

func logSoftmaxRow(_ row: Span<Double>, into target: inout MutableSpan<Double>) {
    let maximum = maximum(row)
    var total = 0.0
    for index in 0..<row.count { total += Foundation.exp(row[index] - maximum) }
    let logarithm = Foundation.log(total)
    for index in 0..<row.count { target[index] = (row[index] - maximum) - logarithm }
}

private func maximum(_ row: Span<Double>) -> Double {
    var maximum = -Double.infinity
    for index in 0..<row.count { maximum = max(maximum, row[index]) }
    return maximum
}
