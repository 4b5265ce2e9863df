package import Transcription

/// Two profiles side by side on one page of HTML, such as two engines, instruction sets or versions. Like ``ProfilePage``
/// it needs nothing else.
package struct ComparisonPage {
    private let first: Profile
    private let second: Profile
    private let names: (String, String)

    /// - Parameters:
    ///   - firstName: what to call the first, such as the name of its file.
    ///   - secondName: what to call the second. If both are the same, they are numbered.
    package init(_ first: Profile, named firstName: String, _ second: Profile, named secondName: String) {
        self.first = first
        self.second = second
        names = firstName == secondName ? (firstName + " (1)", secondName + " (2)") : (firstName, secondName)
    }

    /// The file.
    package var text: String {
        var content: Markup = """
            <header>
            <p class="kind">Comparison of two profiles</p>
            <h1>\(names.0) and \(names.1)</h1>
            <p class="facts c-first"><i class="key"></i>\(label(names.0, first))\(ProfileFacts(first).line)</p>
            <p class="facts c-second"><i class="key"></i>\(label(names.1, second))\(ProfileFacts(second).line)</p>
            \(heard)</header>

            """
        content += PageFrame.section("summary", "As a whole", "", summary.markup)
        content += stageSection
        content += kindSection
        content += operatorSection
        content += PageFrame.section(
            "roofline", "Roofline",
            "Every kernel is a mark, its area the part of its profile's time that it took. Lines are the limits that "
                + "were measured on the machine.",
            "\(legend([("float32", "disc"), ("int8", "diamond")]))\(roofline.markup)")
        content += stepSection
        content += tableSection
        return PageFrame(title: "\(names.0) and \(names.1) – profiles", content: content).text
    }

    /// Nothing where what follows begins with the same.
    private func label(_ name: String, _ profile: Profile) -> String {
        name == profile.engine.name ? "" : name + ": "
    }

    private var heard: Markup {
        guard first.audio.path != second.audio.path else {
            return "<p class=\"facts\">Both: \(ProfileFacts(first).recording)</p>\n"
        }
        return """
            <p class="warning">The recordings differ: \(ProfileFacts(first).recording) and \
            \(ProfileFacts(second).recording).</p>

            """
    }

    private func legend(_ more: [(name: String, style: String)] = []) -> Markup {
        PageFrame.legend([(names.0, "c-first"), (names.1, "c-second")] + more)
    }

    private var summary: HTMLTable {
        let quantities: [(name: String, value: (Profile) -> Double?, shown: (Double) -> String)] = [
            ("transcription", { Statistics($0.total).median }, Quantity.time),
            ("to the first token", { Statistics($0.timeToFirstToken).median }, Quantity.time),
            ("a decoding step", { Statistics($0.steps.flatMap { $0 }).median }, Quantity.time),
            (
                "loading", { $0.stages.first { $0.name == "load" }.map { Statistics($0.times).median } },
                Quantity.time
            ),
            ("peak memory", { Double($0.memory.peak) }, Quantity.bytes),
            ("memory that is not mapped", { Double($0.memory.anonymous) }, Quantity.bytes),
        ]
        return HTMLTable(
            id: "summary-table", caption: "As a whole",
            columns: [
                .init(title: "", style: .text), .init(title: names.0), .init(title: names.1),
                .init(title: "Ratio"),
            ],
            rows: quantities.map { quantity in
                let values = [first, second].map(quantity.value)
                let cells = values.map { value -> HTMLTable.Cell in
                    guard let value, value > 0 else { return .missing }
                    return .init(value, quantity.shown(value))
                }
                var ratio = HTMLTable.Cell.missing
                if let before = values[0], let after = values[1], before > 0, after > 0 {
                    ratio = .init(after / before, Quantity.grouped(after / before, decimals: 2) + " ×")
                }
                return HTMLTable.Row(cells: [.init(quantity.name)] + cells + [ratio])
            })
    }

    private static func bar(_ time: Double?, _ color: ChartColor, _ name: String) -> BarChart.Bar {
        let shown = time.map(Quantity.time) ?? "–"
        return BarChart.Bar(
            parts: [.init(color: color, value: time ?? 0, hint: "\(name): \(shown)")], value: shown)
    }

    private func bars(_ label: String, _ times: (Double?, Double?), filter: String?) -> BarChart.Row {
        BarChart.Row(
            label: label,
            bars: [
                Self.bar(times.0, .first, "\(label), \(names.0)"),
                Self.bar(times.1, .second, "\(label), \(names.1)"),
            ], filter: filter)
    }

    private var stageSection: Markup {
        var stages: [String] = []
        for stage in first.stages + second.stages where stage.name != "load" && !stages.contains(stage.name) {
            stages.append(stage.name)
        }
        func time(_ profile: Profile, _ name: String) -> Double? {
            profile.stages.first { $0.name == name }.map { Statistics($0.times).median }
        }
        let chart = BarChart(
            id: "stage-chart", description: "Time of each stage",
            rows: stages.map { bars($0, (time(first, $0), time(second, $0)), filter: nil) })
        return PageFrame.section("stages", "Stages", "Medians of the repeats.", "\(legend())\(chart.markup)")
    }

    private var operatorSection: Markup {
        let chart = BarChart(
            id: "operator-chart", description: "Time of each operator", rows: longest(by: .op, atMost: 18))
        return PageFrame.section(
            "operators", "Operators",
            "Those that take longest. What one engine fuses, the other spends in several operators.",
            "\(legend())\(chart.markup)")
    }

    private var kindSection: Markup {
        let chart = BarChart(
            id: "kind-chart", description: "Time of each kind of work", rows: longest(by: .kind, atMost: 14))
        return PageFrame.section(
            "kinds", "Kinds of work",
            "Operators by what they do, so that engines which fuse differently can be "
                + "compared. What engines do beside running nodes has their own names.",
            "\(legend())\(chart.markup)")
    }

    private func longest(by grouping: Grouping, atMost count: Int) -> [BarChart.Row] {
        Comparison(first, second, by: grouping).longestFirst.prefix(count).map { row in
            bars(
                "\(row.name.withoutDomain), \(row.stage)", (row.before?.median, row.after?.median),
                filter: grouping == .op ? row.name : nil)
        }
    }

    private var roofline: RooflineChart {
        let limits = first.machine.limits ?? second.machine.limits
        let points =
            RooflinePoint.all(first, limits: limits, color: .first, engine: names.0)
            + RooflinePoint.all(second, limits: limits, color: .second, engine: names.1)
        return RooflineChart(points.sorted { $0.time > $1.time }, limits: limits)
    }

    private var stepSection: Markup {
        guard (first.steps + second.steps).contains(where: { !$0.isEmpty }) else { return "" }
        let chart = StepChart(
            series: [
                .init(name: names.0, color: .first, steps: first.steps),
                .init(name: names.1, color: .second, steps: second.steps),
            ], memoryBound: first.memoryBoundOfStep)
        return PageFrame.section(
            "steps", "Decoding steps", "Median of the repeats, and between which times they lay.",
            "\(legend())\(chart.markup)")
    }

    private var tableSection: Markup {
        let views = [Grouping.kind, .op, .layer, .kernel, .node]
        let tables = views.map { grouping -> Markup in
            let table = HTMLTable(first, second, names: names, by: grouping)
            return "<div class=\"view\" data-view=\"\(grouping.rawValue)\">\(table.markup)</div>\n"
        }
        return PageFrame.section(
            "table", "Every number", "",
            "\(TableControls(views: views.map(\.rawValue), first, second).markup)\(tables)")
    }
}
