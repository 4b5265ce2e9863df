internal import Transcription

/// Beneath the roofline: kernels that multiply nothing, a line for each stage, by bytes per second.
struct MoversStrip {
    private static let rowHeight = 34.0

    let bottom: Double
    private let lines: [(name: String, points: [RooflinePoint])]
    private let limits: Profile.Limits?
    private let axis: ChartAxis
    private let top: Double

    init(_ points: [RooflinePoint], limits: Profile.Limits?, left: Double, right: Double, top: Double) {
        var lines: [(name: String, points: [RooflinePoint])] = []
        for point in points {
            if let index = lines.firstIndex(where: { $0.name == point.stage }) {
                lines[index].points.append(point)
            } else {
                lines.append((point.stage, [point]))
            }
        }
        let order = ["encode", "prefill", "decode"]
        self.lines = lines.sorted {
            (order.firstIndex(of: $0.name) ?? 9, $0.name) < (order.firstIndex(of: $1.name) ?? 9, $1.name)
        }
        self.limits = limits
        self.top = top
        axis = ChartAxis(
            logarithmic: points.map(\.bytes) + (limits.map { [$0.memoryRead] } ?? []), start: left, end: right
        )
        bottom = points.isEmpty ? top - 36 : top + Double(lines.count) * Self.rowHeight + 48
    }

    var markup: Markup {
        guard !lines.isEmpty else { return "" }
        let end = top + Double(lines.count) * Self.rowHeight
        var content: Markup =
            "<text class=\"axis\" x=\"\(axis.start)\" y=\"\(top - 12)\">only moving data</text>"
        for tick in axis.ticks {
            content += Drawing.tick(RooflineChart.plain(tick / 1e9), x: axis(tick), from: top, to: end)
        }
        content += """
            <text class="axis" x="\(axis.end)" y="\(end + 36)" text-anchor="end">10⁹ bytes per second</text>
            """
        if let limits {
            let x = axis(limits.memoryRead)
            content += """
                <line class="roof" x1="\(x)" y1="\(top)" x2="\(x)" y2="\(end)"/>\
                <text class="limit" x="\(x)" y="\(top - 6)" text-anchor="middle">\
                memory \(Quantity.digits(limits.memoryRead / 1e9)) GB/s</text>
                """
        }
        for (index, line) in lines.enumerated() {
            let middle = top + (Double(index) + 0.5) * Self.rowHeight
            content += """
                <text class="tick" x="\(axis.start - 8)" y="\(middle + 4)" text-anchor="end">\(line.name)</text>
                """
            for point in line.points {
                content += RooflineChart.mark(point, axis(point.bytes), middle, RooflineChart.radius(point))
            }
        }
        return content
    }
}
