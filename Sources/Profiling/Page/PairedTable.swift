internal import Transcription

extension HTMLTable {
    /// Two profiles side by side, with what the second takes more.
    init(_ first: Profile, _ second: Profile, names: (String, String), by grouping: Grouping) {
        let rows = [first, second].map { profile in
            Dictionary(
                profile.rows(by: grouping).map { (RowName(stage: $0.stage, name: $0.name), $0) },
                uniquingKeysWith: { first, _ in first })
        }
        id = "table-\(grouping.rawValue)"
        caption = grouping.caption
        columns =
            [Column(title: "Stage", style: .stage), Column(title: grouping.title, style: .name)]
            + (grouping == .node ? [Column(title: "Operator", style: .name)] : [])
            + [
                Column(title: names.0 + ", ms", hint: "Milliseconds of all calls, median of the repeats"),
                Column(title: names.1 + ", ms", hint: "Milliseconds of all calls, median of the repeats"),
                Column(title: "Difference", hint: "Milliseconds that the second takes more"),
                Column(title: "Ratio", hint: "The second's time by the first's"),
                Column(title: "Calls", hint: "Of the first and of the second", style: .text),
                Column(
                    title: "Verdict", hint: "What chance alone hardly makes is a difference", style: .text),
            ]
        self.rows = Comparison(first, second, by: grouping).longestFirst.map { row in
            let name = RowName(stage: row.stage, name: row.name)
            let found = rows.map { $0[name] }
            let one = found[0] ?? found[1]
            let calls = found.map { "\($0?.calls ?? 0)" }.joined(separator: " · ")
            return Row(
                stage: row.stage, isOverhead: one?.isOverhead ?? false,
                cells: [Cell(row.stage), Self.name(row, one, grouping)]
                    + (grouping == .node ? [Cell(one?.nodes.first?.op ?? "")] : [])
                    + [Self.time(row.before), Self.time(row.after), row.differenceCell, row.ratioCell]
                    + [Cell(calls), row.verdictCell])
        }
    }

    private struct RowName: Hashable {
        let stage: String
        let name: String
    }

    /// Layers are sorted by their number.
    private static func name(_ row: Comparison.Row, _ one: ProfileRow?, _ grouping: Grouping) -> Cell {
        guard grouping == .layer, let node = one?.nodes.first else { return Cell(row.name) }
        return Cell(node.layer.map(Double.init) ?? -1, row.name)
    }

    private static func time(_ time: Statistics?) -> Cell {
        time.map { Cell($0.median, Quantity.milliseconds($0.median)) } ?? .missing
    }
}

extension Comparison {
    /// The rows, those first that take longest in one of the profiles.
    var longestFirst: [Row] {
        func longest(_ row: Row) -> Double { max(row.before?.median ?? 0, row.after?.median ?? 0) }
        return rows.sorted { (longest($1), $0.stage, $0.name) < (longest($0), $1.stage, $1.name) }
    }
}

extension Comparison.Row {
    fileprivate var differenceCell: HTMLTable.Cell {
        .init(difference, (difference > 0 ? "+" : "") + Quantity.milliseconds(difference))
    }

    fileprivate var ratioCell: HTMLTable.Cell {
        guard let before = before?.median, let after = after?.median, before > 0, after > 0 else {
            return .missing
        }
        return .init(after / before, Quantity.grouped(after / before, decimals: 2) + " ×")
    }

    fileprivate var verdictCell: HTMLTable.Cell {
        switch verdict {
        case .faster: .init(markup: "<span class=\"faster\">faster</span>")
        case .slower: .init(markup: "<span class=\"slower\">slower</span>")
        case .same: .init("no difference")
        case .gone: .init("only in the first")
        case .new: .init("only in the second")
        case .unknown: .init("one repeat only")
        }
    }
}
