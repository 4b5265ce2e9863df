internal import Foundation
internal import Reports
package import Transcription

/// A profile as people read it in a terminal.
package struct ProfileText {
    private let profile: Profile
    private let grouping: Grouping
    private let stage: String?
    private let top: Int

    /// - Parameters:
    ///   - stage: the only one whose operators are listed; nil for all.
    ///   - top: rows that are listed at most.
    package init(_ profile: Profile, by grouping: Grouping = .op, stage: String? = nil, top: Int = 20) {
        self.profile = profile
        self.grouping = grouping
        self.stage = stage
        self.top = top
    }

    /// All lines, each with its end.
    package var text: String {
        let lines = Self.heading(profile) + stageLines + figureLines + rowLines
        return lines.map { $0 + "\n" }.joined()
    }

    /// What was run on what.
    static func heading(_ profile: Profile) -> [String] {
        let engine = profile.engine
        let threads = engine.threads == 1 ? "1 thread" : "\(engine.threads) threads"
        var lines = [
            "\(URL(filePath: profile.audio.path).lastPathComponent), \(Figure.digits(profile.audio.duration)) s: "
                + profile.text,
            "\(profile.model.path) (\(profile.model.variant)), \(engine.name) \(engine.version), "
                + "\(engine.instructionSet), \(threads)\(engine.fusion ? "" : ", not fused")",
            "\(profile.machine.processor), \(profile.machine.cores) cores",
        ]
        if profile.droppedEvents > 0 {
            lines.append(
                "warning: \(profile.droppedEvents) events found no room in the recorder; times are incomplete"
            )
        }
        return lines
    }

    private var total: Double { Statistics(profile.total).median }

    private var stageLines: [String] {
        var table = TextTable(["stage", ">time", ">±", ">share", ">nodes", ">waiting", ">overhead"])
        for stage in profile.stages {
            let time = Statistics(stage.times)
            let nodes = profile.nodes.filter { $0.stage == stage.name }
            let overheads = profile.overheads.filter { $0.stage == stage.name }
            func part(_ times: [[Double]]) -> String {
                let sums = stage.times.indices.map { index in
                    times.reduce(0) { $0 + ($1.indices.contains(index) ? $1[index] : 0) }
                }
                let time = Statistics(sums).median
                return time > 0 ? Figure.time(time) : ""
            }
            table.append([
                stage.name, Figure.time(time.median), time.count > 1 ? Figure.time(time.spread) : "",
                stage.name == "load" || total == 0 ? "" : Figure.percent(time.median / total),
                part(nodes.map(\.times)), part(nodes.map(\.waiting)), part(overheads.map(\.times)),
            ])
        }
        let time = Statistics(profile.total)
        table.append([
            "all but load", Figure.time(time.median), time.count > 1 ? Figure.time(time.spread) : "",
        ])
        return [""] + table.lines
    }

    private var figureLines: [String] {
        let duration = profile.audio.duration
        var lines = [
            "",
            "real-time factor \(Figure.digits(duration > 0 ? total / duration : 0)): "
                + "\(Figure.digits(total > 0 ? duration / total : 0)) s of audio per second; first token after "
                + Figure.time(Statistics(profile.timeToFirstToken).median),
        ]
        let stage = { (name: String) in
            Statistics(profile.stages.first { $0.name == name }?.times ?? []).median
        }
        let rate = { (count: Int, time: Double) in
            time > 0 ? "\(Figure.digits(Double(count) / time)) tokens/s" : "no time"
        }
        lines.append(
            "prompt of \(profile.tokens.prompt) tokens: \(rate(profile.tokens.prompt, stage("prefill"))); "
                + "\(profile.tokens.generated) tokens written: \(rate(profile.tokens.generated, stage("decode")))"
        )
        lines.append(
            "memory: peak \(Figure.bytes(Double(profile.memory.peak))), not of mapped files "
                + Figure.bytes(Double(profile.memory.anonymous)))
        if let limits = profile.machine.limits {
            lines.append("limits: " + Self.text(limits))
        }
        let repeats = profile.repeats == 1 ? "one run" : "medians of \(profile.repeats) runs"
        lines.append("\(repeats) after one to warm up; ± is half the distance between the extremes")
        return lines
    }

    /// `memory read 19.8 GB/s, float32 260 GFLOP/s, int8 1117 GOP/s`.
    package static func text(_ limits: Profile.Limits) -> String {
        "memory read \(Figure.digits(limits.memoryRead * 1e-9)) GB/s, "
            + "float32 \(Figure.digits(limits.float32 * 1e-9)) GFLOP/s, "
            + "int8 \(Figure.digits(limits.int8 * 1e-9)) GOP/s"
    }

    private var rowLines: [String] {
        let rows = profile.rows(by: grouping, stage: stage).filter { $0.stage != "load" }
            .sorted { $0.time.median > $1.time.median }
        let all =
            stage.flatMap { name in profile.stages.first { $0.name == name } }
            .map { Statistics($0.times).median } ?? total
        var header = ["stage", grouping.rawValue, ">calls", ">time", ">±", ">share", ">mean"]
        header += [">GFLOP/s", ">GOP/s", ">GB/s", ">waiting", ">of limit", "limit"]
        if grouping == .node { header += ["op", "kernel", "shapes"] }
        var table = TextTable(header)
        for row in rows.prefix(top) { table.append(cells(row, of: all)) }
        var lines = [""] + table.lines
        let rest = rows.dropFirst(top)
        if !rest.isEmpty {
            let time = rest.reduce(0) { $0 + $1.time.median }
            lines.append("and \(rest.count) more, \(Figure.time(time)) together (--top)")
        }
        return lines
    }

    private func cells(_ row: ProfileRow, of all: Double) -> [String] {
        let time = row.time
        let work = row.work
        let waiting = Statistics(row.waiting).median
        func share(_ part: Double, _ whole: Double) -> String {
            part > 0 && whole > 0 ? Figure.percent(part / whole) : ""
        }
        var cells = [row.stage, row.isOverhead ? "(\(row.name))" : row.name]
        cells.append(row.isOverhead ? "" : "\(row.calls)")
        cells.append(Figure.time(time.median))
        cells.append(time.count > 1 ? Figure.time(time.spread) : "")
        cells.append(share(time.median, all))
        cells.append(row.calls > 0 ? Figure.time(time.median / Double(row.calls)) : "")
        cells.append(Figure.billions(work.float32Operations, per: time.median))
        cells.append(Figure.billions(work.int8Operations, per: time.median))
        cells.append(Figure.billions(work.bytes, per: time.median))
        cells.append(share(waiting, time.median))
        if let limits = profile.machine.limits, let bound = work.bound(limits) {
            cells += [share(bound.seconds, time.median), bound.limit.rawValue]
        } else {
            cells += ["", ""]
        }
        if grouping == .node, let node = row.nodes.first {
            cells += [node.op, node.kernel, Figure.shapes(node.inputs, node.outputs)]
        }
        return cells
    }
}
