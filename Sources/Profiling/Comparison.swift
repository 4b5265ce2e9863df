package import Transcription

/// What became faster or slower from one profile to another.
package struct Comparison: Sendable {
    /// What can be said of a row.
    package enum Verdict: String, Sendable {
        case faster
        case slower
        /// What there is can be chance, or is too little to matter.
        case same
        /// Only the first profile has it.
        case gone
        /// Only the second profile has it.
        case new
        /// One of the profiles has a single repeat, which says nothing of chance.
        case unknown
    }

    /// The same thing in both profiles.
    package struct Row: Sendable {
        package let stage: String
        /// Empty for the stage as a whole.
        package let name: String
        /// Nil if the profile does not have it.
        package let before: Statistics?
        package let after: Statistics?
        /// How likely chance alone makes such a difference; nil if that cannot be told.
        package let probability: Double?
        package fileprivate(set) var verdict = Verdict.same

        /// Seconds, of medians.
        package var difference: Double { (after?.median ?? 0) - (before?.median ?? 0) }
        /// Relative to the first profile; nil if it does not have the row, or no time in it.
        package var change: Double? {
            guard let before, before.median > 0 else { return nil }
            return difference / before.median
        }
    }

    package let before: Profile
    package let after: Profile
    /// The whole and its stages.
    package let stages: [Row]
    /// Operators or what else they were put together by, overheads too.
    package let rows: [Row]

    /// Of the rows called faster or slower, how many may be so by chance.
    package static let falseShare = 0.05
    /// Standard deviation of a row's times in one process from those in another of the same program, beyond what its
    /// repeats tell: each has its memory elsewhere. Measured with the bundled model.
    package static let processDeviation = 0.01
    /// Differences of less than this part of the row's own time do not matter.
    package static let leastChange = 0.02
    /// Nor do those of less than this part of the whole.
    package static let leastShare = 0.001

    /// - Parameter stage: leaves out the rows of all others; nil for all.
    package init(_ before: Profile, _ after: Profile, by grouping: Grouping, stage: String? = nil) {
        self.before = before
        self.after = after
        let names = (before.stages + after.stages).map(\.name).removingRepeats()
        let total = Row("all but load", "", before.total, after.total)
        let stages =
            [total]
            + names.map { name in
                Row(
                    name, "", before.stages.first { $0.name == name }?.times,
                    after.stages.first { $0.name == name }?.times)
            }
        let old = before.rows(by: grouping, stage: stage).filter { $0.stage != "load" }
        let new = after.rows(by: grouping, stage: stage).filter { $0.stage != "load" }
        let keys = (old + new).map(RowKey.init).removingRepeats()
        let oldTimes = Dictionary(old.map { (RowKey($0), $0.times) }, uniquingKeysWith: { first, _ in first })
        let newTimes = Dictionary(new.map { (RowKey($0), $0.times) }, uniquingKeysWith: { first, _ in first })
        let rows = keys.map { Row($0.stage, $0.name, oldTimes[$0], newTimes[$0]) }
        let judge = Judge(
            stages + rows, total: Statistics(before.total).median,
            isSingle: min(before.repeats, after.repeats) < 2)
        self.stages = stages.map(judge.judged)
        self.rows = rows.map(judge.judged)
    }

    /// Whether nothing differs by more than chance. Of loading, which is measured once, that cannot be told.
    package var findsNoDifference: Bool {
        (stages.filter { $0.stage != "load" } + rows).allSatisfy { $0.verdict == .same }
    }

    /// Rows that became slower by more than a part of their time.
    package func slower(than share: Double) -> [Row] {
        (stages + rows).filter { $0.verdict == .slower && ($0.change ?? 0) > share }
    }
}

private struct RowKey: Hashable {
    let stage: String
    let name: String
    let isOverhead: Bool

    init(_ row: ProfileRow) {
        stage = row.stage
        name = row.name
        isOverhead = row.isOverhead
    }
}

/// Decides what is a difference.
private struct Judge {
    /// Seconds of the whole transcription.
    private let total: Double
    private let isSingle: Bool
    /// Below which a row's probability is too small for chance.
    private let threshold: Double

    /// - Parameter rows: all that are judged; by Benjamini and Hochberg's procedure the threshold follows from how
    ///   many of them are how unlikely. Those that take too little time to matter do not count.
    init(_ rows: [Comparison.Row], total: Double, isSingle: Bool) {
        self.total = total
        self.isSingle = isSingle
        let probabilities = rows.filter { row in
            let time = max(row.before?.median ?? 0, row.after?.median ?? 0)
            return time >= total * Comparison.leastShare
        }.compactMap(\.probability).sorted()
        let allowed = probabilities.indices.map { index in
            Comparison.falseShare * Double(index + 1) / Double(probabilities.count)
        }
        threshold = zip(probabilities, allowed).reduce(0) { $1.0 <= $1.1 ? $1.1 : $0 }
    }

    func judged(_ row: Comparison.Row) -> Comparison.Row {
        var row = row
        row.verdict = verdict(row)
        return row
    }

    private func verdict(_ row: Comparison.Row) -> Comparison.Verdict {
        guard let before = row.before else { return .new }
        guard let after = row.after else { return .gone }
        let size = abs(row.difference)
        if size == 0 { return .same }
        // Loading is measured once, in repeats too.
        if isSingle || min(before.count, after.count) < 2 { return .unknown }
        guard size >= total * Comparison.leastShare, size >= before.median * Comparison.leastChange,
            let probability = row.probability, probability <= threshold
        else { return .same }
        return row.difference > 0 ? .slower : .faster
    }
}

extension Comparison.Row {
    fileprivate init(_ stage: String, _ name: String, _ before: [Double]?, _ after: [Double]?) {
        self.stage = stage
        self.name = name
        self.before = before.map { Statistics($0) }
        self.after = after.map { Statistics($0) }
        if let before = self.before, let after = self.after {
            probability = before.probabilityOfSameMean(
                as: after, processesDifferingBy: Comparison.processDeviation)
        } else {
            probability = nil
        }
    }
}

extension Array where Element: Hashable {
    /// Each element once, where it came first.
    fileprivate func removingRepeats() -> [Element] {
        var seen: Set<Element> = []
        return filter { seen.insert($0).inserted }
    }
}
