internal import Foundation

/// A few measurements of one thing.
package struct Statistics: Sendable, Equatable {
    package let count: Int
    package let median: Double
    package let mean: Double
    /// Of the population that they are a sample of: with `count - 1`; 0 for less than two.
    package let variance: Double
    package let smallest: Double
    package let largest: Double
    private let logarithms: Moments

    package init(_ values: [Double]) {
        let sorted = values.sorted()
        let moments = Moments(sorted)
        count = sorted.count
        mean = moments.mean
        variance = moments.variance
        // Nothing takes less than a nanosecond.
        logarithms = Moments(sorted.map { log(max($0, 1e-9)) })
        smallest = sorted.first ?? 0
        largest = sorted.last ?? 0
        if sorted.isEmpty {
            median = 0
        } else {
            median = (sorted[(sorted.count - 1) / 2] + sorted[sorted.count / 2]) / 2
        }
    }

    /// Half the distance between the extremes.
    package var spread: Double { (largest - smallest) / 2 }
}

extension Statistics {
    /// How likely chance alone makes times as different as these and others: the p-value of Welch's t-test. Nil if
    /// there are less than two of either.
    ///
    /// Of the logarithms, because what disturbs a measurement makes it longer by a factor, seldom and by much.
    package func probabilityOfSameMean(as other: Statistics) -> Double? {
        guard count > 1, other.count > 1 else { return nil }
        let (mine, others) = (logarithms, other.logarithms)
        if mine.mean == others.mean { return 1 }
        let (error, otherError) = (mine.variance / Double(count), others.variance / Double(other.count))
        let sum = error + otherError
        guard sum > 0 else { return 0 }
        let denominator: Double =
            error * error / Double(count - 1) + otherError * otherError / Double(other.count - 1)
        return StudentDistribution.probability(
            beyond: (mine.mean - others.mean) / sum.squareRoot(), freedom: sum * sum / denominator)
    }
}

/// Mean and variance of a sample.
private struct Moments: Sendable, Equatable {
    let mean: Double
    let variance: Double

    init(_ values: [Double]) {
        let mean = values.isEmpty ? 0 : values.reduce(0, +) / Double(values.count)
        let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
        self.mean = mean
        variance = values.count < 2 ? 0 : squares / Double(values.count - 1)
    }
}
