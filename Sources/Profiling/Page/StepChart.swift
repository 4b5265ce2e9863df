/// Seconds of each decoding step, by its number.
struct StepChart {
    struct Series {
        let name: String
        let color: ChartColor
        /// For each repeat the time of each step.
        let steps: [[Double]]

        /// The median of the last step.
        var last: Double { count == 0 ? 0 : statistics(count - 1).median }

        var count: Int { steps.map(\.count).max() ?? 0 }

        /// Of the repeats that came so far.
        func statistics(_ step: Int) -> Statistics {
            Statistics(steps.compactMap { $0.indices.contains(step) ? $0[step] : nil })
        }
    }

    private static let left = 76.0
    private static let bottom = 220.0

    let series: [Series]
    /// The least time that reading memory takes in a step; nil if unknown.
    let memoryBound: Double?

    var markup: Markup {
        let count = series.map(\.count).max() ?? 0
        // One step that was interrupted must not flatten all others.
        let usual = series.flatMap { one in (0..<one.count).map { one.statistics($0).median } }.max() ?? 0
        let y = ChartAxis(to: max(usual, memoryBound ?? 0), start: Self.bottom, end: 12, headroom: 1.15)
        let x = ChartAxis(to: Double(max(count, 1)), start: Self.left, end: Drawing.width - 130)
        var content: Markup = ""
        for tick in y.ticks {
            content += Drawing.tick(
                Quantity.tick(tick, largest: y.domain.upperBound), y: y(tick), from: Self.left, to: x.end)
        }
        for tick in x.ticks where tick == tick.rounded() && tick > 0 {
            content += """
                <text class="tick" x="\(x(tick - 0.5))" y="\(Self.bottom + 18)" text-anchor="middle">\
                \(Quantity.grouped(tick, decimals: 0))</text>
                """
        }
        if let memoryBound {
            content += """
                <line class="roof" x1="\(Self.left)" y1="\(y(memoryBound))" x2="\(x.end)" y2="\(y(memoryBound))"/>\
                <text class="limit" x="\(x.end + 8)" y="\(y(memoryBound) + 4)">memory limit</text>
                """
        }
        for (index, one) in series.enumerated() {
            let end = y(one.last)
            // Numbers at the ends of two lines must not lie on each other.
            let others = series.enumerated().filter { $0.offset != index }.map {
                ($0.offset, y($0.element.last))
            }
            let near = others.first { abs($0.1 - end) < 14 }
            let isAbove = near.map { ($0.1, $0.0) > (end, index) } ?? false
            let moved = near.map { ((end + $0.1) / 2) + (isAbove ? -7 : 7) } ?? end
            content += drawn(one, x, y, labelAt: moved)
        }
        content += """
            <text class="axis" x="\(x.end)" y="\(Self.bottom + 36)" text-anchor="end">decoding step</text>
            """
        return Drawing.svg(
            "step-chart", height: Self.bottom + 42, label: "Time of each decoding step", content)
    }

    private func drawn(
        _ series: Series, _ x: ChartAxis, _ y: ChartAxis, labelAt height: Double
    ) -> Markup {
        let steps = (0..<series.count).map(series.statistics)
        guard let last = steps.last else { return "" }
        var upper: Markup = ""
        var lower: Markup = ""
        var line: Markup = ""
        var marks: Markup = ""
        for (index, step) in steps.enumerated() {
            let at = x(Double(index) + 0.5)
            upper += "\(at) \(y(step.largest)) "
            lower = "\(at) \(y(step.smallest)) \(lower)"
            line += "\(at) \(y(step.median)) "
            let spread =
                step.count > 1
                ? ", \(Quantity.time(step.smallest)) to \(Quantity.time(step.largest))" : ""
            marks += """
                <circle class="mark dot" cx="\(at)" cy="\(y(step.median))" r="\(steps.count > 160 ? 1.2 : 2.4)">\
                <title>\(series.name), step \(index + 1): \(Quantity.time(step.median))\(spread)</title></circle>
                """
        }
        return """
            <g class="c-\(series.color.rawValue)"><polygon class="band" points="\(upper)\(lower)"/>\
            <polyline class="line" points="\(line)"/>\(marks)<text class="value" \
            x="\(x(Double(steps.count) - 0.5) + 10)" y="\(height + 4)">\(Quantity.time(last.median))\
            </text></g>
            """
    }
}
