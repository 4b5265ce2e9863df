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

    /// - Parameter values: in the order in which they were measured.
    package init(_ values: [Double]) {
        let sorted = values.sorted()
        let moments = Moments(sorted)
        count = sorted.count
        mean = moments.mean
        variance = moments.variance
        // Nothing takes less than a nanosecond.
        logarithms = Moments(values.map { log(max($0, 1e-9)) })
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
    /// Of the logarithms, because what disturbs a measurement makes it longer by a factor, seldom and by much. What
    /// disturbs one often disturbs the next one too, so n measurements that correlate with their neighbours by r tell
    /// as much as n (1 − r) / (1 + r) that do not (Bartlett, 1946).
    ///
    /// - Parameter deviation: standard deviation of a process's times from those of others that do the same, relative
    ///   to them; each side is of one process.
    package func probabilityOfSameMean(as other: Statistics, processesDifferingBy deviation: Double = 0)
        -> Double?
    {
        guard count > 1, other.count > 1 else { return nil }
        let (mine, others) = (logarithms, other.logarithms)
        if mine.mean == others.mean { return 1 }
        let squares = mine.squares + others.squares
        let correlation = squares > 0 ? (mine.neighbours + others.neighbours) / squares : 0
        // Without an upper bound a steady drift would tell nothing at all.
        let repetition = (1 + min(max(correlation, 0), 0.9)) / (1 - min(max(correlation, 0), 0.9))
        func error(_ moments: Moments) -> (variance: Double, freedom: Double) {
            let independent = max(2, Double(moments.count) / repetition)
            return (moments.variance * repetition / Double(moments.count), independent - 1)
        }
        let (left, right) = (error(mine), error(others))
        let sum: Double = left.variance + right.variance + 2 * deviation * deviation
        guard sum > 0 else { return 0 }
        let denominator: Double =
            left.variance * left.variance / left.freedom + right.variance * right.variance / right.freedom
        // With more degrees of freedom it is the normal distribution.
        return StudentDistribution.probability(
            beyond: (mine.mean - others.mean) / sum.squareRoot(),
            freedom: min(sum * sum / denominator, 10_000))
    }
}

/// Mean and variance of a sample, and how much neighbours have in common.
private struct Moments: Sendable, Equatable {
    let count: Int
    let mean: Double
    let variance: Double
    /// Sum of the squares of the distances from the mean.
    let squares: Double
    /// Sum of the products of neighbours' distances from the mean.
    let neighbours: Double

    init(_ values: [Double]) {
        let mean = values.isEmpty ? 0 : values.reduce(0, +) / Double(values.count)
        let distances = values.map { $0 - mean }
        count = values.count
        self.mean = mean
        squares = distances.reduce(0) { $0 + $1 * $1 }
        neighbours = zip(distances, distances.dropFirst()).reduce(0) { $0 + $1.0 * $1.1 }
        variance = values.count < 2 ? 0 : squares / Double(values.count - 1)
    }
}
