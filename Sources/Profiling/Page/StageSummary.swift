internal import Transcription

/// A stage of one profile, divided into what its time went to. Seconds, medians of the repeats.
struct StageSummary {
    let name: String
    let time: Statistics
    /// From the beginning of the transcription, if the stages follow each other at once.
    let start: Double
    /// Nodes without their waiting.
    let computing: Double
    let waiting: Double
    let overheads: [(name: String, time: Double)]

    var overhead: Double { overheads.reduce(0) { $0 + $1.time } }

    /// All stages in their order. Loading is before the transcription, so what follows it starts at 0.
    static func all(_ profile: Profile) -> [StageSummary] {
        var start = 0.0
        return profile.stages.map { stage in
            let rows = profile.rows(by: .op, stage: stage.name)
            let nodes = rows.filter { !$0.isOverhead }
            let waiting = nodes.reduce(0) { $0 + Statistics($1.waiting).median }
            let summary = StageSummary(
                name: stage.name, time: Statistics(stage.times), start: start,
                computing: nodes.reduce(0) { $0 + $1.time.median } - waiting, waiting: waiting,
                overheads: rows.filter(\.isOverhead).map { ($0.name, $0.time.median) })
            if stage.name != "load" { start += summary.time.median }
            return summary
        }
    }
}

/// What marks of charts are coloured by. Names of stylesheet classes, so nothing of a file is among them.
enum ChartColor: String {
    case encode, prefill, decode, other, first, second

    init(stage: String) {
        self = [.encode, .prefill, .decode].first { $0.rawValue == stage } ?? .other
    }
}
