import Foundation
import Profiling
import Testing
import Transcription

@Suite struct ComparisonTests {
    private let sample = TwoNodeProfile()

    private func compared(_ after: TwoNodeProfile, by grouping: Grouping = .op) -> Comparison {
        Comparison(sample.profile, after.profile, by: grouping)
    }

    @Test(arguments: Grouping.allCases)
    func aRunEqualsItself(grouping: Grouping) {
        let comparison = compared(sample, by: grouping)
        #expect(comparison.findsNoDifference)
        #expect((comparison.stages + comparison.rows).allSatisfy { $0.verdict == .same })
        #expect(comparison.slower(than: 0).isEmpty)
        #expect(
            ComparisonText(comparison, names: ("a", "b"), by: grouping).text.hasSuffix("\nno difference\n"))
    }

    @Test func whatBecameSlowerIsFound() throws {
        var after = sample
        after.products = sample.products.map { $0 * 3 }
        let comparison = compared(after)
        let product = try #require(comparison.rows.first { $0.name == "MatMul" })
        #expect(product.verdict == .slower)
        #expect(abs((product.change ?? 0) - 2) < 1e-9)
        #expect(comparison.rows.first { $0.name == "Add" }?.verdict == .same)
        #expect(comparison.slower(than: 1.5).map(\.name) == ["MatMul"])
        #expect(comparison.slower(than: 2.5).isEmpty)
        let text = ComparisonText(comparison, names: ("a.json", "b.json"), by: .op).text
        #expect(text.contains("MatMul") && text.contains("slower") && !text.contains("no difference"))
        let back = Comparison(after.profile, sample.profile, by: .op)
        #expect(back.rows.first { $0.name == "MatMul" }?.verdict == .faster)
    }

    /// The same difference of the means, but the repeats scatter as much.
    @Test func chanceIsNoDifference() {
        var (before, after) = (sample, sample)
        before.products = [0.020, 0.030, 0.040]
        after.products = [0.026, 0.036, 0.046]
        #expect(Comparison(before.profile, after.profile, by: .op).findsNoDifference)
    }

    @Test func tooLittleToMatterIsNoDifference() {
        var (before, after) = (sample, sample)
        before.products = [0.030_000, 0.030_001, 0.030_002]
        after.products = before.products.map { $0 * 1.01 }
        #expect(Comparison(before.profile, after.profile, by: .op).findsNoDifference)
    }

    @Test func rowsOfOneProfileOnly() {
        let before = sample.profile
        var after = before
        after.nodes[0].op = "Linear"
        let comparison = Comparison(before, after, by: .op)
        #expect(comparison.rows.first { $0.name == "MatMul" }?.verdict == .gone)
        #expect(comparison.rows.first { $0.name == "Linear" }?.verdict == .new)
        #expect(!comparison.findsNoDifference)
    }

    @Test func oneRunTellsNothing() {
        var (before, after) = (sample, sample)
        (before.products, before.sums) = ([0.03], [0.01])
        (after.products, after.sums) = ([0.06], [0.01])
        let comparison = Comparison(before.profile, after.profile, by: .op)
        #expect(comparison.rows.first { $0.name == "MatMul" }?.verdict == .unknown)
        #expect(comparison.slower(than: 0).isEmpty)
        #expect(Comparison(before.profile, before.profile, by: .op).findsNoDifference)
    }

    /// Against SciPy's `ttest_ind(log(a), log(b), equal_var=False)`.
    @Test(
        arguments: [
            ([1, 2, 3], [2, 3, 4], 0.3008529753146216),
            ([10.1, 10.2, 10.0], [11.9, 12.3, 12.1], 0.00030678912333666073),
            ([1, 2, 3, 4, 5, 6], [1.5, 9, 2, 30], 0.48361166953024504),
            ([0.030, 0.031, 0.029], [0.0305, 0.0335], 0.38369195194776123),
        ] as [([Double], [Double], Double)])
    func welchTest(a: [Double], b: [Double], expected: Double) throws {
        let found = try #require(Statistics(a).probabilityOfSameMean(as: Statistics(b)))
        #expect(abs(found - expected) < 1e-10 * max(1, expected))
    }

    /// Against the same test by SciPy's `t.sf`, with (1 + r) / (1 − r) times the squared errors and as much fewer
    /// measurements, where r is the correlation of neighbours in both samples, and at most 10,000 degrees of freedom.
    @Test(
        arguments: [
            (
                [20, 21, 19, 20.5, 12, 11, 10, 11.5], [12, 11, 12.5, 11.5, 10.5, 12], 0.0, 0.47397509816789685
            ),
            (
                [2.14, 2.22, 2.14, 2.09, 2.06, 1.13, 1.1, 1.12],
                [1.12, 1.11, 1.09, 1.15, 1.32, 1.18, 1.12, 1.11], 0.01, 0.3574715449838158
            ),
            ([1, 2, 1, 2, 1], [1.1, 2.2, 1.3, 2.1, 1.2], 0.02, 0.5609805336944216),
            ([1, 1.001, 1.002, 1.001], [1.03, 1.031, 1.029, 1.03], 0.01, 0.04363690997560743),
        ] as [([Double], [Double], Double, Double)])
    func correlatedRepeatsTellLess(
        a: [Double], b: [Double], deviation: Double, expected: Double
    ) throws {
        let found = try #require(
            Statistics(a).probabilityOfSameMean(as: Statistics(b), processesDifferingBy: deviation))
        #expect(abs(found - expected) < 1e-9)
    }

    /// The machine was slow for a while at the beginning of one run: the same times in a mixed order do differ.
    @Test func aSlowWhileIsNoDifference() {
        let quick = [0.0301, 0.0299, 0.0302, 0.0298, 0.0300, 0.0303, 0.0297, 0.0301, 0.0299, 0.0300]
        let slow = quick.map { $0 * 1.25 }
        let drifting = Array(slow.prefix(6) + quick.prefix(4))
        let mixed = [0, 6, 1, 7, 2, 8, 3, 9, 4, 5].map { drifting[$0] }
        func verdict(_ times: [Double]) -> Comparison.Verdict? {
            var (before, after) = (sample, sample)
            before.products = quick
            after.products = times
            before.sums = quick
            after.sums = quick
            return Comparison(before.profile, after.profile, by: .op).rows.first { $0.name == "MatMul" }?
                .verdict
        }
        #expect(verdict(drifting) == .same)
        #expect(verdict(mixed) == .slower)
    }

    /// Processes of one program differ by about a percent, however alike the repeats of each are.
    @Test func processesDiffer() {
        var (before, after) = (sample, sample)
        before.products = [0.030_000, 0.030_001, 0.030_002, 0.030_001]
        before.sums = before.products
        after = before
        after.products = before.products.map { $0 * 1.025 }
        #expect(Comparison(before.profile, after.profile, by: .op).findsNoDifference)
        after.products = before.products.map { $0 * 1.06 }
        let rows = Comparison(before.profile, after.profile, by: .op).rows
        #expect(rows.first { $0.name == "MatMul" }?.verdict == .slower)
    }

    @Test func testsWithoutSpread() {
        #expect(Statistics([1, 1]).probabilityOfSameMean(as: Statistics([1, 1])) == 1)
        #expect(Statistics([1, 1]).probabilityOfSameMean(as: Statistics([2, 2])) == 0)
        #expect(Statistics([1]).probabilityOfSameMean(as: Statistics([2, 2])) == nil)
    }
}
