package import Transcription

/// A profile as one page of HTML that needs nothing else: charts are drawn, and all numbers are in tables, so it can be
/// read without scripts. With them tables sort and filter.
package struct ProfilePage {
    private let profile: Profile
    private let stages: [StageSummary]
    private static let charted = 14

    package init(_ profile: Profile) {
        self.profile = profile
        stages = StageSummary.all(profile)
    }

    /// The file.
    package var text: String {
        let facts = ProfileFacts(profile)
        var content: Markup = """
            <header>
            <p class="kind">Profile of a transcription</p>
            <h1>\(facts.recording)</h1>
            <p class="facts">\(facts.line)</p>
            \(facts.said)</header>
            \(facts.figures)
            """
        content += dropped
        content += stageSection
        content += operatorSection
        content += rooflineSection
        content += stepSection
        content += tableSection
        return PageFrame(title: "\(facts.recording) – profile", content: content).text
    }

    private var dropped: Markup {
        guard profile.droppedEvents > 0 else { return "" }
        return """
            <p class="warning">\(profile.droppedEvents) events found no room in the recorder: times are incomplete.</p>

            """
    }

    private var stageSection: Markup {
        let about = """
            From opening the recording to the text, medians of \(profile.repeats) \
            repeat\(profile.repeats == 1 ? "" : "s"). Waiting is what the calling thread waited for the others at the \
            end of their loops; overhead is what a stage does beside running nodes.
            """
        let legend = PageFrame.legend([
            ("computing", "c-other"), ("waiting", "c-other waiting"), ("overhead", "c-other overhead"),
        ])
        return PageFrame.section(
            "stages", "Stages", about,
            "\(legend)\(StageChart(profile).markup)\(StageTable(profile, stages).markup)")
    }

    private var operatorSection: Markup {
        let rows = profile.rows(by: .op).filter { $0.stage != "load" }
        let total = profile.transcriptionTime
        var names: [String: [ProfileRow]] = [:]
        for row in rows { names[row.isOverhead ? "overhead" : row.name, default: []].append(row) }
        let sums = names.map {
            (name: $0.key, rows: $0.value, time: $0.value.reduce(0) { $0 + $1.time.median })
        }
        .sorted { ($1.time, $0.name) < ($0.time, $1.name) }
        var bars = sums.prefix(Self.charted).map { sum in
            BarChart.Row(
                label: sum.name.withoutDomain, bars: [Self.bar(sum.rows, total)],
                filter: sum.name == "overhead" ? nil : sum.name)
        }
        let others = sums.dropFirst(Self.charted)
        if !others.isEmpty {
            bars.append(
                BarChart.Row(
                    label: "\(others.count) others", bars: [Self.bar(others.flatMap(\.rows), total)],
                    filter: nil))
        }
        let chart = BarChart(id: "operator-chart", description: "Time of each operator", rows: bars)
        return PageFrame.section(
            "operators", "Operators", "All calls in all layers, by the stage that they belong to.",
            "\(Self.stageLegend)\(chart.markup)")
    }

    private static func bar(_ rows: [ProfileRow], _ total: Double) -> BarChart.Bar {
        var parts: [String: Double] = [:]
        for row in rows { parts[row.stage, default: 0] += row.time.median }
        let time = parts.values.reduce(0, +)
        let order: [ChartColor] = [.encode, .prefill, .decode, .other]
        let drawn = order.flatMap { color in
            parts.filter { ChartColor(stage: $0.key) == color }.sorted { $0.key < $1.key }.map {
                stage, time in
                BarChart.Part(
                    color: color, value: time,
                    hint: "\(rows.count == 1 ? rows[0].name + ", " : "")\(stage): \(Quantity.time(time))")
            }
        }
        return BarChart.Bar(
            parts: drawn, value: "\(Quantity.time(time))  \(Quantity.share(total > 0 ? time / total : 0))")
    }

    private static let stageLegend = PageFrame.legend([
        ("encode", "c-encode"), ("prefill", "c-prefill"), ("decode", "c-decode"), ("other stages", "c-other"),
    ])

    private var rooflineSection: Markup {
        let points = RooflinePoint.all(profile, limits: profile.machine.limits)
        let limits =
            profile.machine.limits == nil
            ? "The machine's limits were not measured. "
            : "Lines are the limits that were measured on this machine. "
        let legend = PageFrame.legend([
            ("encode", "c-encode"), ("prefill", "c-prefill"), ("decode", "c-decode"), ("float32", "disc"),
            ("int8", "diamond"),
        ])
        return PageFrame.section(
            "roofline", "Roofline",
            limits
                + "Every kernel is a mark, its area the time that it took. Bytes are those of operands and results; "
                + "what caches kept can lie beyond the limit of the memory. What takes less than 0.05 % of the time is drawn "
                + "at the edge if it lies outside.",
            "\(legend)\(RooflineChart(points, limits: profile.machine.limits).markup)")
    }

    private var stepSection: Markup {
        guard profile.steps.contains(where: { !$0.isEmpty }) else { return "" }
        let chart = StepChart(
            series: [.init(name: "decode", color: .decode, steps: profile.steps)],
            memoryBound: profile.memoryBoundOfStep)
        let all = profile.steps.flatMap { $0 }
        let about = """
            Median of the repeats, and between which times they lay. All steps: \(Quantity.time(Statistics(all).median)) \
            in the median, \(Quantity.time(Statistics(all).smallest)) to \(Quantity.time(Statistics(all).largest)).
            """
        return PageFrame.section(
            "steps", "Decoding steps", about, "\(chart.markup)\(StepTable(profile.steps).markup)")
    }

    private var tableSection: Markup {
        let tables = [Grouping.op, .kernel, .layer, .kind, .node].map { grouping -> Markup in
            "<div class=\"view\" data-view=\"\(grouping.rawValue)\">\(HTMLTable(profile, by: grouping).markup)</div>\n"
        }
        return PageFrame.section(
            "table", "Every number", "",
            "\(TableControls(views: ["op", "kernel", "layer", "kind", "node"], profile).markup)\(tables)")
    }
}
