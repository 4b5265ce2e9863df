import Profiling
import Testing

struct StatisticsTests {
    @Test(
        arguments: [
            ([], 0, 0, 0, 0), ([3], 3, 3, 0, 0), ([1, 4], 2.5, 2.5, 4.5, 1.5),
            ([5, 1, 3], 3, 3, 4, 2), ([4, 1, 2, 9], 3, 4, 38.0 / 3, 4),
        ] as [([Double], Double, Double, Double, Double)])
    func summarises(_ values: [Double], median: Double, mean: Double, variance: Double, spread: Double) {
        let statistics = Statistics(values)
        #expect(statistics.count == values.count)
        #expect(statistics.median == median)
        #expect(statistics.mean == mean)
        #expect(abs(statistics.variance - variance) < 1e-12)
        #expect(statistics.spread == spread)
    }
}
