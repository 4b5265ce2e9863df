/// A table whose columns can be sorted by. Without scripts it stands as it was written.
struct HTMLTable {
    /// Classes of the stylesheet.
    enum Style: String {
        case number = "n"
        case text, stage, name, quiet
    }

    struct Column {
        let title: String
        /// What the title means, where it does not say so.
        var hint = ""
        /// How its cells look. Numbers are aligned to the right and sorted by their value.
        var style = Style.number
    }

    struct Cell {
        let text: Markup
        /// What it is sorted by; nil for text and for what is missing.
        var value: Double?

        /// Text.
        init(_ text: String) {
            self.text = "\(text)"
        }

        init(_ value: Double, _ text: String) {
            self.value = value
            self.text = "\(text)"
        }

        init(markup: Markup) {
            text = markup
        }

        init(_ value: Double, markup: Markup) {
            self.value = value
            text = markup
        }

        static let missing = Cell("–")
    }

    struct Row {
        /// The stage that it belongs to, for the filter.
        var stage = ""
        var isOverhead = false
        let cells: [Cell]
    }

    let id: String
    let caption: String
    let columns: [Column]
    let rows: [Row]

    var markup: Markup {
        let header = columns.map { column -> Markup in
            let hint: Markup = column.hint.isEmpty ? "" : " title=\"\(column.hint)\""
            return "<th scope=\"col\" class=\"\(column.style.rawValue)\"\(hint)>\(column.title)</th>"
        }
        let body = rows.map { row -> Markup in
            let cells = zip(columns, row.cells).map { column, cell -> Markup in
                "<td class=\"\(column.style.rawValue)\"\(Self.sortable(cell))>\(cell.text)</td>"
            }
            let color = ChartColor(stage: row.stage).rawValue + (row.isOverhead ? " overhead-row" : "")
            return "<tr class=\"c-\(color)\" data-stage=\"\(row.stage)\">\(cells)</tr>\n"
        }
        return """
            <div class="scroll" tabindex="0"><table id="\(id)"><caption>\(caption)</caption>\
            <thead><tr>\(header)</tr></thead>
            <tbody>
            \(body)</tbody></table></div>
            """
    }

    private static func sortable(_ cell: Cell) -> Markup {
        guard let value = cell.value.map(Float.init), value.isFinite else { return "" }
        return " data-v=\"\("\(value)")\""
    }
}
