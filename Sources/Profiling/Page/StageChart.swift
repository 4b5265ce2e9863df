internal import Transcription

/// The stages of a transcription one after the other, each divided into computing, waiting and overhead.
struct StageChart {
    private static let rowHeight = 30.0
    private static let barHeight = 16.0

    private let stages: [StageSummary]

    /// Loading is left out: it is done once, for any number of transcriptions.
    init(_ profile: Profile) {
        stages = StageSummary.all(profile).filter { $0.name != "load" }
    }

    var markup: Markup {
        let end = stages.map { $0.start + $0.time.median }.max() ?? 0
        let axis = ChartAxis(to: end, start: 84, end: Drawing.width - 120)
        let bottom = Double(stages.count) * Self.rowHeight + 8
        var content: Markup = ""
        for tick in axis.ticks {
            content += Drawing.tick(
                Quantity.tick(tick, largest: axis.domain.upperBound), x: axis(tick), from: 4, to: bottom)
        }
        for (index, stage) in stages.enumerated() {
            content += row(stage, axis, middle: (Double(index) + 0.5) * Self.rowHeight + 4)
        }
        return Drawing.svg(
            "stage-chart", height: bottom + 26, label: "Stages of the transcription over time", content)
    }

    private func row(_ stage: StageSummary, _ axis: ChartAxis, middle: Double) -> Markup {
        var at = stage.start
        var bars: Markup = ""
        let known = stage.computing + stage.waiting + stage.overhead
        // Medians of parts do not add up to the median of the whole, and need not be drawn as if they did.
        let scale = known > 0 ? stage.time.median / known : 0
        let kinds: [(kind: String, time: Double)] = [
            ("computing", stage.computing), ("waiting", stage.waiting), ("overhead", stage.overhead),
        ]
        for (kind, time) in kinds where time > 0 {
            let end = at + time * scale
            bars += """
                <rect class="mark c-\(ChartColor(stage: stage.name).rawValue) \(kind)" x="\(axis(at))" \
                y="\(middle - Self.barHeight / 2)" width="\(max(axis(end) - axis(at), 0.75))" \
                height="\(Self.barHeight)"><title>\(stage.name), \(kind): \(Quantity.time(time))</title></rect>
                """
            at = end
        }
        let end = axis(stage.start + stage.time.median)
        return """
            <text class="label" x="72" y="\(middle + 4)" text-anchor="end">\(stage.name)</text>\(bars)\
            <text class="value" x="\(end + 8)" y="\(middle + 4)">\(Quantity.time(stage.time.median))</text>
            """
    }
}
