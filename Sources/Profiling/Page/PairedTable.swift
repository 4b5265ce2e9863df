internal import Transcription

extension HTMLTable {
    /// Two profiles side by side, with what the second takes more.
    init(_ first: Profile, _ second: Profile, names: (String, String), by grouping: Grouping) {
        id = "table-\(grouping.rawValue)"
        caption = grouping.caption
        columns = [
            Column(title: "Stage", style: .stage), Column(title: grouping.title, style: .name),
            Column(title: names.0 + ", ms", hint: "Milliseconds of all calls, median of the repeats"),
            Column(title: names.1 + ", ms", hint: "Milliseconds of all calls, median of the repeats"),
            Column(title: "Difference", hint: "Milliseconds that the second takes more"),
            Column(title: "Ratio", hint: "The second's time by the first's"),
            Column(title: "Calls", hint: "Of the first and of the second", style: .text),
            Column(
                title: "Verdict", hint: "Whether all repeats of one were faster than all of the other",
                style: .text),
        ]
        rows = PairedRow.all(first, second, by: grouping).map { pair in
            Row(
                stage: pair.stage, isOverhead: pair.first?.isOverhead ?? pair.second?.isOverhead ?? false,
                cells: [Cell(pair.stage), pair.nameCell(grouping)]
                    + [
                        Self.time(pair.firstTime), Self.time(pair.secondTime), pair.differenceCell,
                        pair.ratioCell,
                    ]
                    + [Cell("\(pair.first?.calls ?? 0) · \(pair.second?.calls ?? 0)"), pair.verdictCell])
        }
    }

    private static func time(_ time: Double?) -> Cell {
        time.map { Cell($0, Quantity.milliseconds($0)) } ?? .missing
    }
}

extension PairedRow {
    fileprivate func nameCell(_ grouping: Grouping) -> HTMLTable.Cell {
        guard grouping == .layer, let nodes = (first ?? second)?.nodes, !nodes.isEmpty else {
            return .init(name)
        }
        return .init(nodes.first?.layer.map(Double.init) ?? -1, name)
    }

    fileprivate var differenceCell: HTMLTable.Cell {
        .init(difference, (difference > 0 ? "+" : "") + Quantity.milliseconds(difference))
    }

    fileprivate var ratioCell: HTMLTable.Cell {
        guard let firstTime, let secondTime, firstTime > 0, secondTime > 0 else { return .missing }
        return .init(secondTime / firstTime, Quantity.grouped(secondTime / firstTime, decimals: 2) + " ×")
    }

    fileprivate var verdictCell: HTMLTable.Cell {
        guard first != nil else { return .init("only second") }
        guard second != nil else { return .init("only first") }
        guard isClear, difference != 0 else { return .init("no difference") }
        let isFaster = difference < 0
        return .init(
            difference,
            markup:
                "<span class=\"\(isFaster ? "faster" : "slower")\">\(isFaster ? "faster" : "slower")</span>")
    }
}
