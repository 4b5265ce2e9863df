/// A few measurements of one thing.
package struct Statistics: Sendable, Equatable {
    package let count: Int
    package let median: Double
    package let mean: Double
    /// Of the population that they are a sample of: with `count - 1`; 0 for less than two.
    package let variance: Double
    package let smallest: Double
    package let largest: Double

    package init(_ values: [Double]) {
        let sorted = values.sorted()
        let mean = sorted.isEmpty ? 0 : sorted.reduce(0, +) / Double(sorted.count)
        let squares = sorted.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
        count = sorted.count
        self.mean = mean
        variance = sorted.count < 2 ? 0 : squares / Double(sorted.count - 1)
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
