internal import Transcription

extension HTMLTable {
    /// What the nodes of a profile took, put together, the longest first.
    init(_ profile: Profile, by grouping: Grouping) {
        let total = profile.transcriptionTime
        let rows = profile.rows(by: grouping).filter { $0.stage != "load" }.sorted {
            $0.time.median > $1.time.median
        }
        id = "table-\(grouping.rawValue)"
        caption = grouping.caption
        columns =
            [Column(title: "Stage", style: .stage), Column(title: grouping.title, style: .name)]
            + (grouping == .node ? Self.nodeColumns : [])
            + [
                Column(title: "Calls"),
                Column(title: "ms", hint: "Milliseconds of all calls, median of the repeats"),
                Column(title: "± ms", hint: "Half the distance between the fastest and the slowest repeat"),
                Column(title: "Share", hint: "Of the time of all stages but loading"),
                Column(title: "ms / call"),
                Column(
                    title: "Waiting", hint: "The part of the time in which a thread waited for the others"),
                Column(title: "GOP/s", hint: "10⁹ operations per second, two for each multiply-add"),
                Column(title: "GB/s", hint: "10⁹ bytes read and written per second"),
                Column(title: "Of limit", hint: "What the machine would need at least, of the time"),
                Column(title: "Bound by", style: .text),
            ]
        self.rows = rows.map { row in
            Row(
                stage: row.stage,
                isOverhead: row.isOverhead,
                cells: [Cell(row.stage), row.nameCell(grouping)] + (grouping == .node ? row.nodeCells : [])
                    + row.figures(of: total, limits: profile.machine.limits))
        }
    }

    private static let nodeColumns = [
        Column(title: "Operator", style: .name), Column(title: "Kernel", style: .name),
        Column(title: "Layer"),
        Column(title: "Shapes", hint: "Of the first call", style: .quiet),
    ]
}

extension Grouping {
    var title: String {
        switch self {
        case .op: "Operator"
        case .node: "Node"
        case .layer: "Layer"
        case .kernel: "Kernel"
        case .kind: "Kind of work"
        }
    }

    var caption: String {
        switch self {
        case .op: "By operator"
        case .node: "By node"
        case .layer: "By layer"
        case .kernel: "By kernel"
        case .kind: "By kind of work"
        }
    }
}

extension ProfileRow {
    fileprivate func nameCell(_ grouping: Grouping) -> HTMLTable.Cell {
        guard grouping == .layer, !isOverhead else { return HTMLTable.Cell(name) }
        return HTMLTable.Cell(nodes.first?.layer.map(Double.init) ?? -1, name)
    }

    /// For a row of one node.
    fileprivate var nodeCells: [HTMLTable.Cell] {
        guard let node = nodes.first else { return [.init(""), .init(""), .missing, .init("")] }
        return [
            .init(node.op), .init(node.kernel),
            node.layer.map { .init(Double($0), "\($0)") } ?? .missing,
            .init("\(Quantity.shapes(node.inputs)) → \(Quantity.shapes(node.outputs))"),
        ]
    }

    fileprivate func figures(of total: Double, limits: Profile.Limits?) -> [HTMLTable.Cell] {
        let seconds = time.median
        let share = total > 0 ? seconds / total : 0
        let bar: Markup = """
            <span class="share"><i style="width:\(min(max(share, 0), 1) * 100)%"></i>\(Quantity.share(share))</span>
            """
        return [
            isOverhead ? .missing : .init(Double(calls), Quantity.grouped(Double(calls), decimals: 0)),
            .init(seconds, Quantity.milliseconds(seconds)),
            .init(time.spread, Quantity.milliseconds(time.spread)), .init(share, markup: bar),
            calls > 0
                ? .init(seconds / Double(calls), Quantity.grouped(seconds / Double(calls) * 1e3, decimals: 3))
                : .missing,
            waitingCell, rate((work.float32Operations + work.int8Operations)), rate(work.bytes),
        ] + limitCells(limits)
    }

    private var waitingCell: HTMLTable.Cell {
        guard !isOverhead, time.median > 0 else { return .missing }
        let part = Statistics(waiting).median / time.median
        return .init(part, Quantity.share(part))
    }

    private func rate(_ amount: Double) -> HTMLTable.Cell {
        guard amount > 0, time.median > 0 else { return .missing }
        return .init(amount / time.median, Quantity.grouped(amount / time.median / 1e9, decimals: 1))
    }

    private func limitCells(_ limits: Profile.Limits?) -> [HTMLTable.Cell] {
        guard let limits, let bound = work.bound(limits), time.median > 0 else {
            return [.missing, .missing]
        }
        let part = bound.seconds / time.median
        return [.init(part, Quantity.grouped(part * 100, decimals: 0) + " %"), .init(bound.limit.rawValue)]
    }
}
