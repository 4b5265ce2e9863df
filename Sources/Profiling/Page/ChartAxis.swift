internal import Foundation

/// Where numbers lie along one side of a chart.
struct ChartAxis {
    /// The least and the greatest number.
    let domain: ClosedRange<Double>
    /// Coordinates of these two.
    let start: Double
    let end: Double
    let isLogarithmic: Bool

    /// From 0 to a little above `largest`.
    init(to largest: Double, start: Double, end: Double, headroom: Double = 1) {
        domain = 0...min(max(largest * headroom, 1e-9), 1e30)
        (self.start, self.end) = (start, end)
        isLogarithmic = false
    }

    /// Logarithmic, of whole decades or their thirds.
    init(logarithmic values: [Double], start: Double, end: Double) {
        let positive = values.filter { $0 > 1e-30 && $0 < 1e30 }
        let lower = log10(positive.min() ?? 0.1)
        let upper = log10(positive.max() ?? 10)
        let from = pow(10, ((lower - 0.08) * 3).rounded(.down) / 3)
        domain = from...max(pow(10, ((upper + 0.08) * 3).rounded(.up) / 3), from * 10)
        (self.start, self.end) = (start, end)
        isLogarithmic = true
    }

    func callAsFunction(_ value: Double) -> Double {
        let fraction: Double
        if isLogarithmic {
            let (from, to) = (log10(domain.lowerBound), log10(domain.upperBound))
            fraction = (log10(max(value, domain.lowerBound)) - from) / (to - from)
        } else {
            fraction = (value - domain.lowerBound) / (domain.upperBound - domain.lowerBound)
        }
        return start + min(max(fraction, 0), 1) * (end - start)
    }

    /// Round numbers in the domain: 1, 2 or 5 times a power of ten, or powers of ten alone if logarithmic.
    var ticks: [Double] {
        if isLogarithmic {
            let first = Int((log10(domain.lowerBound) - 1e-9).rounded(.up))
            let last = Int((log10(domain.upperBound) + 1e-9).rounded(.down))
            return (first...max(first, last)).map { pow(10, Double($0)) }
        }
        let rough = domain.upperBound / 5
        let power = pow(10, log10(rough).rounded(.down))
        let step = [1, 2, 5, 10].map { $0 * power }.first { $0 >= rough * 0.999 } ?? 10 * power
        return (0...Int(domain.upperBound / step + 1e-9)).map { Double($0) * step }
    }
}
