/// Rows of text in columns as wide as their longest cell.
package struct TextTable {
    private let isRightAligned: [Bool]
    private var rows: [[String]] = []

    /// - Parameter header: titles; those that start with `>` head columns that are aligned to the right.
    package init(_ header: [String]) {
        isRightAligned = header.map { $0.hasPrefix(">") }
        rows.append(header.map { $0.hasPrefix(">") ? String($0.dropFirst()) : $0 })
    }

    /// - Parameter row: a cell for each column; those that it lacks are empty.
    package mutating func append(_ row: [String]) {
        rows.append(row + [String](repeating: "", count: max(0, isRightAligned.count - row.count)))
    }

    /// The rows, the header first, without trailing spaces.
    package var lines: [String] {
        let widths = isRightAligned.indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
        return rows.map { row in
            let cells = row.enumerated().map { column, cell in
                let padding = String(repeating: " ", count: widths[column] - cell.count)
                return isRightAligned[column] ? padding + cell : cell + padding
            }
            let line = cells.joined(separator: "  ")
            return String(
                line[..<(line.lastIndex { $0 != " " }.map { line.index(after: $0) } ?? line.startIndex)])
        }
    }
}
