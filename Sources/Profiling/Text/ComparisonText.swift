internal import Foundation
internal import Reports
internal import Transcription

/// A comparison as people read it in a terminal.
package struct ComparisonText {
    private let comparison: Comparison
    private let names: (before: String, after: String)
    private let grouping: Grouping
    private let top: Int

    /// - Parameters:
    ///   - names: of the profiles' files.
    ///   - top: rows that are listed at most.
    package init(
        _ comparison: Comparison, names: (before: String, after: String), by grouping: Grouping, top: Int = 20
    ) {
        self.comparison = comparison
        self.names = names
        self.grouping = grouping
        self.top = top
    }

    /// All lines, each with its end.
    package var text: String {
        (heading + table(comparison.stages, title: "stage") + rowLines + conclusion)
            .map { $0 + "\n" }.joined()
    }

    private var heading: [String] {
        func line(_ letter: String, _ name: String, _ profile: Profile) -> String {
            let engine = profile.engine
            return "\(letter): \(name): \(engine.name) \(engine.version), \(engine.instructionSet), "
                + "\(engine.threads) threads\(engine.fusion ? "" : ", not fused"), \(profile.repeats) runs"
        }
        let (before, after) = (comparison.before, comparison.after)
        var lines = [line("A", names.before, before), line("B", names.after, after)]
        func warn(_ what: String) { lines.append("warning: \(what)") }
        if before.model.variant != after.model.variant
            || URL(filePath: before.model.path).lastPathComponent
                != URL(filePath: after.model.path).lastPathComponent
        {
            warn("different models: \(before.model.path) and \(after.model.path)")
        }
        if abs(before.audio.duration - after.audio.duration) > 1e-3 {
            warn("different recordings: \(before.audio.path) and \(after.audio.path)")
        }
        if before.tokens != after.tokens {
            warn(
                "different work: \(before.tokens.prompt) + \(before.tokens.generated) and "
                    + "\(after.tokens.prompt) + \(after.tokens.generated) tokens")
        }
        if before.machine.processor != after.machine.processor {
            warn("different processors: \(before.machine.processor) and \(after.machine.processor)")
        }
        return lines
    }

    private func table(_ rows: [Comparison.Row], title: String) -> [String] {
        let isStages = title == "stage"
        var table = TextTable(
            (isStages ? ["stage"] : ["stage", title])
                + [">A", ">±", ">B", ">±", ">difference", ">change", ">chance", ""])
        for row in rows {
            func times(_ time: Statistics?) -> [String] {
                guard let time else { return ["–", ""] }
                return [Figure.time(time.median), time.count > 1 ? Figure.time(time.spread) : ""]
            }
            table.append(
                (isStages ? [row.stage] : [row.stage, row.name]) + times(row.before) + times(row.after) + [
                    (row.difference > 0 ? "+" : "") + Figure.time(row.difference),
                    row.change.map(Figure.change) ?? "", row.probability.map(Self.probability) ?? "",
                    Self.word(row.verdict),
                ])
        }
        return [""] + table.lines
    }

    private static func probability(_ probability: Double) -> String {
        probability < 0.000_1 ? "<0.01 %" : Figure.percent(probability, decimals: probability < 0.01 ? 2 : 0)
    }

    private static func word(_ verdict: Comparison.Verdict) -> String {
        switch verdict {
        case .faster, .slower: verdict.rawValue
        case .same: ""
        case .gone: "only in A"
        case .new: "only in B"
        case .unknown: "?"
        }
    }

    /// Differences, the largest first, then how many rows there are without any.
    private var rowLines: [String] {
        let differing = comparison.rows.filter { $0.verdict != .same && $0.difference != 0 }
            .sorted { abs($0.difference) > abs($1.difference) }
        guard !differing.isEmpty else { return [] }
        var lines = table(Array(differing.prefix(top)), title: grouping.rawValue)
        if differing.count > top { lines.append("and \(differing.count - top) more that differ (--top)") }
        let same = comparison.rows.count - differing.count
        if same > 0 { lines.append("\(same) without a difference") }
        return lines
    }

    private var conclusion: [String] {
        if comparison.findsNoDifference { return ["", "no difference"] }
        if min(comparison.before.repeats, comparison.after.repeats) < 2 {
            return ["", "What is chance cannot be told from a single run: profile with --repeat 5."]
        }
        let rows = comparison.stages.dropFirst() + comparison.rows
        let faster = rows.count { $0.verdict == .faster }
        let slower = rows.count { $0.verdict == .slower }
        return ["", "\(faster) faster, \(slower) slower"]
    }
}
