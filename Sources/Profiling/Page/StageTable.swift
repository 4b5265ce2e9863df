internal import Transcription

/// The numbers behind the chart of stages, with each overhead by its name.
struct StageTable {
    private let stages: [StageSummary]
    private let total: Double

    init(_ profile: Profile, _ stages: [StageSummary]) {
        self.stages = stages
        total = profile.transcriptionTime
    }

    var markup: Markup {
        HTMLTable(
            id: "stage-table", caption: "Stages",
            columns: [
                .init(title: "Stage", style: .stage), .init(title: "ms"), .init(title: "± ms"),
                .init(title: "Share"), .init(title: "Computing"), .init(title: "Waiting"),
                .init(title: "Overhead"),
                .init(title: "Made of", style: .quiet),
            ],
            rows: stages.map(row)
        ).markup
    }

    private func row(_ stage: StageSummary) -> HTMLTable.Row {
        let time = stage.time.median
        let isLoad = stage.name == "load"
        let share = total > 0 && !isLoad ? time / total : 0
        return HTMLTable.Row(
            stage: stage.name,
            cells: [
                .init(stage.name),
                .init(time, Quantity.milliseconds(time)),
                stage.time.count > 1
                    ? .init(stage.time.spread, Quantity.milliseconds(stage.time.spread)) : .missing,
                isLoad ? .missing : .init(share, Quantity.share(share)),
                Self.time(stage.computing), Self.time(stage.waiting), Self.time(stage.overhead),
                .init(
                    stage.overheads.filter { $0.time > 0 }.map { "\($0.name) \(Quantity.time($0.time))" }
                        .joined(separator: ", ")),
            ])
    }

    private static func time(_ time: Double) -> HTMLTable.Cell {
        time > 0 ? .init(time, Quantity.milliseconds(time)) : .missing
    }
}

/// The numbers behind the chart of decoding steps.
struct StepTable {
    let steps: [[Double]]

    init(_ steps: [[Double]]) {
        self.steps = steps
    }

    var markup: Markup {
        let count = steps.map(\.count).max() ?? 0
        let table = HTMLTable(
            id: "step-table", caption: "Milliseconds of each step",
            columns: [.init(title: "Step")] + steps.indices.map { .init(title: "repeat \($0 + 1)") },
            rows: (0..<count).map { step in
                HTMLTable.Row(
                    cells: [.init(Double(step + 1), "\(step + 1)")]
                        + steps.map { repetition in
                            guard repetition.indices.contains(step) else { return .missing }
                            return .init(repetition[step], Quantity.milliseconds(repetition[step]))
                        })
            })
        return "<details><summary>Numbers</summary>\(table.markup)</details>"
    }
}
