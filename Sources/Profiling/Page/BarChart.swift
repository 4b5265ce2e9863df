/// Horizontal bars, each made of parts, of one profile or of two in pairs.
struct BarChart {
    struct Part {
        let color: ChartColor
        let value: Double
        let hint: String
    }

    struct Bar {
        let parts: [Part]
        let value: String
        /// Of parts together.
        var length: Double { parts.reduce(0) { $0 + $1.value } }
    }

    struct Row {
        let label: String
        let bars: [Bar]
        /// Clicking on the row shows the lines of the table with this; nil if there are none.
        let filter: String?
    }

    let id: String
    let description: String
    let rows: [Row]

    /// As wide as the longest label, in the stylesheet's font for names, but not more than half of the chart.
    private var labelWidth: Double {
        min(max(Double(rows.map(\.label.count).max() ?? 0) * 7.3 + 14, 90), Drawing.width / 2)
    }

    var markup: Markup {
        let longest = rows.flatMap(\.bars).map(\.length).max() ?? 0
        let axis = ChartAxis(to: longest, start: labelWidth, end: Drawing.width - 130)
        var content: Markup = ""
        var y = 4.0
        var marks: Markup = ""
        for row in rows {
            let height = Double(row.bars.count) * 12 + 12
            marks += drawn(row, axis, y: y, height: height)
            y += height
        }
        for tick in axis.ticks {
            content += Drawing.tick(
                Quantity.tick(tick, largest: axis.domain.upperBound), x: axis(tick), from: 4, to: y)
        }
        return Drawing.svg(id, height: y + 26, label: description, "\(content)\(marks)")
    }

    private func drawn(_ row: Row, _ axis: ChartAxis, y: Double, height: Double) -> Markup {
        let middle = y + height / 2
        let barHeight = row.bars.count == 1 ? 14.0 : 10.0
        let step = barHeight + 2
        var top = middle - (Double(row.bars.count) * step - 2) / 2
        var marks: Markup = ""
        for bar in row.bars {
            var at = 0.0
            for part in bar.parts where part.value > 0 {
                let (left, right) = (axis(at), axis(at + part.value))
                marks += """
                    <rect class="mark c-\(part.color.rawValue)" x="\(left)" y="\(top)" \
                    width="\(max(right - left, 0.75))" height="\(barHeight)"><title>\(part.hint)</title></rect>
                    """
                at += part.value
            }
            marks += """
                <text class="value\(row.bars.count == 1 ? "" : " small")" x="\(axis(bar.length) + 8)" \
                y="\(top + barHeight / 2 + 4)">\(bar.value)</text>
                """
            top += step
        }
        let filter: Markup = row.filter.map { " data-filter=\"\($0)\"" } ?? ""
        return """
            <g class="row"\(filter)><rect class="back" x="0" y="\(y)" width="\(Drawing.width)" \
            height="\(height)"/><text class="label name" x="\(labelWidth - 12)" y="\(middle + 4)" \
            text-anchor="end">\(row.label)</text>\(marks)</g>
            """
    }
}
