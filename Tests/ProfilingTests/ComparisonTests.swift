import Foundation
import Profiling
import Testing
import Transcription

@Suite struct ComparisonTests {
    private let sample = SampleProfile()

    private func compared(_ after: SampleProfile, by grouping: Grouping = .op) -> Comparison {
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

    @Test func testsWithoutSpread() {
        #expect(Statistics([1, 1]).probabilityOfSameMean(as: Statistics([1, 1])) == 1)
        #expect(Statistics([1, 1]).probabilityOfSameMean(as: Statistics([2, 2])) == 0)
        #expect(Statistics([1]).probabilityOfSameMean(as: Statistics([2, 2])) == nil)
    }
}
