internal import Foundation
internal import Reports

/// A report as people read it.
package struct TextReport {
    /// Whether verdicts are coloured by terminal control sequences.
    let isColored: Bool

    package init(isColored: Bool) {
        self.isColored = isColored
    }

    /// A table, the worst elements of what failed, and a summary.
    package func text(_ report: VerificationReport) -> String {
        var lines = ["\(report.model): \(report.settings)", ""]
        var table = TextTable([
            "part", "case", "value", "type and shape", ">max abs", ">max rel", ">rel L2", ">cosine",
            ">NaN/inf", ">limit", "verdict",
        ])
        for check in report.checks { table.append(row(check)) }
        let rows = table.lines
        lines.append(rows[0])
        for (check, row) in zip(report.checks, rows.dropFirst()) {
            lines.append(row)
            lines += details(check)
        }
        for bisection in report.bisections { lines += [""] + self.lines(bisection) }
        let failed = report.checks.count { !$0.passes }
        lines.append("")
        lines.append(
            failed == 0
                ? colored("\(report.checks.count) values agree", passes: !report.checks.isEmpty)
                : colored("\(failed) of \(report.checks.count) values are wrong", passes: false))
        return lines.map { $0 + "\n" }.joined()
    }

    private func row(_ check: Check) -> [String] {
        let start = [check.subject, check.item, check.value]
        let verdict = colored(check.passes ? "pass" : "FAIL", passes: check.passes)
        switch check.outcome {
        case .failure:
            return start + ["", "", "", "", "", "", "", verdict]
        case .tokens(let comparison):
            let ties = comparison.differences.count(where: \.isNearTie)
            let outcome =
                ties > 0 && comparison.passes ? "pass, \(ties) near-tie\(ties == 1 ? "" : "s")" : verdict
            return start + ["\(comparison.count) tokens", "", "", "", "", "", "", outcome]
        case .tensor(let comparison):
            guard let errors = comparison.errors else {
                return start + [comparison.found.description, "", "", "", "", "", "", verdict]
            }
            return start + [
                comparison.found.description, number(errors.maxAbsolute), number(errors.maxRelative),
                number(errors.relativeL2), String(format: "%.6f", errors.cosine),
                nonFinite(errors), limit(comparison.tolerance), verdict,
            ]
        }
    }

    private func details(_ check: Check) -> [String] {
        if case .tokens(let comparison) = check.outcome {
            return comparison.differences.map { line($0, comparison) }
        }
        if check.passes { return [] }
        switch check.outcome {
        case .failure(let message): return ["    \(message)"]
        case .tokens: return []
        case .tensor(let comparison):
            guard let errors = comparison.errors else {
                return ["    expected \(comparison.expected), found \(comparison.found)"]
            }
            return ["    \(errors.outsideCount) of \(errors.elementCount) elements differ; the worst:"]
                + worst(errors)
        }
    }

    func worst(_ errors: ErrorStatistics) -> [String] {
        errors.worst.map { "    \($0.index): expected \($0.expected), found \($0.found)" }
    }

    private func line(_ difference: TokenComparison.Difference, _ comparison: TokenComparison) -> String {
        let verdict =
            difference.isNearTie
            ? "near-tie" : colored("wrong", passes: false)
        return
            "    token \(difference.position): expected \(difference.expected), \(number(difference.expectedMargin)) "
            + "above its second; found \(difference.found), \(number(difference.foundMargin)) above the expected; "
            + "logits are certain to \(number(comparison.logitTolerance)): \(verdict)"
    }

    func number(_ value: Double) -> String {
        value == 0 ? "0" : String(format: "%.1e", value)
    }

    private func nonFinite(_ errors: ErrorStatistics) -> String {
        func text(_ counts: ErrorStatistics.NonFinite) -> String { "\(counts.nan)/\(counts.infinite)" }
        return errors.expectedNonFinite == errors.foundNonFinite
            ? text(errors.foundNonFinite)
            : "\(text(errors.foundNonFinite)), expected \(text(errors.expectedNonFinite))"
    }

    func limit(_ tolerance: Tolerance) -> String {
        switch tolerance {
        case .relativeL2(let limit): "L2 \(number(limit))"
        case .elementwise(let relative, let absolute):
            relative == 0 ? "abs \(number(absolute))" : "\(number(absolute)) + \(number(relative))·|x|"
        }
    }

    func colored(_ text: String, passes: Bool) -> String {
        isColored ? "\u{1B}[\(passes ? 32 : 31)m\(text)\u{1B}[0m" : text
    }
}
