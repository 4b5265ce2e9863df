internal import CSIMD
internal import Memory
package import Threading

/// Rows of numbers, one for each position of each head of each entry of a batch, at any distances from each other.
package struct HeadRows: ~Escapable {
    let elements: Span<Float>
    let entries: Int
    let heads: Int
    let rows: Int
    /// Numbers of a row.
    let size: Int
    /// In numbers: from entry to entry, head to head and row to row.
    let strides: (entry: Int, head: Int, row: Int)

    /// - Parameter elements: from the first row on.
    @_lifetime(copy elements)
    package init(
        _ elements: Span<Float>, entries: Int, heads: Int, rows: Int, size: Int,
        strides: (entry: Int, head: Int, row: Int)
    ) {
        precondition(entries > 0 && heads > 0 && rows > 0 && size > 0)
        var last = size
        for (count, stride) in [(entries, strides.entry), (heads, strides.head), (rows, strides.row)]
        where count > 1 {
            let (step, overflows) = (count - 1).multipliedReportingOverflow(by: stride)
            precondition(stride >= 0 && !overflows && step <= elements.count - last, "rows beyond their span")
            last += step
        }
        precondition(last <= elements.count, "rows beyond their span")
        self.elements = elements
        self.entries = entries
        self.heads = heads
        self.rows = rows
        self.size = size
        self.strides = strides
    }
}

/// What queries of one entry see: query `i` the keys from `i + first` up to `i + end`, of the first `count`.
package struct VisibleKeys: Sendable {
    let first: Int
    let end: Int
    let count: Int

    package init(first: Int, end: Int, count: Int) {
        self.first = first
        self.end = end
        self.count = count
    }

    /// Whether each of so many queries sees a key.
    package func areSeen(byAll queries: Int) -> Bool {
        // The last query's first key is the furthest, the first query's last one the nearest.
        queries > 0 && count > 0 && first < end && end > 0 && queries - 1 + first < count
    }
}

extension KernelTable {
    /// Attention of many queries, `softmax(scale · Q · Kᵀ) · V`, several heads of queries to each head of keys.
    ///
    /// - Parameters:
    ///   - queries: whose heads are a multiple of the keys'.
    ///   - keys: as long as queries.
    ///   - values: as many as keys.
    ///   - visible: for each entry; all queries see at least one key.
    ///   - output: `[entries, queries, heads, size of a value]`
    package func attend(
        _ queries: borrowing HeadRows, keys: borrowing HeadRows, values: borrowing HeadRows, scale: Float,
        visible: [VisibleKeys], into output: inout MutableSpan<Float>, on pool: ThreadPool
    ) {
        let (entries, heads, count) = (queries.entries, queries.heads, queries.rows)
        let (keyHeads, size, valueSize) = (keys.heads, keys.size, values.size)
        precondition(keys.entries == entries && values.entries == entries && visible.count == entries)
        precondition(heads % keyHeads == 0 && values.heads == keyHeads && values.rows == keys.rows)
        precondition(queries.size == size && output.count == entries * count * heads * valueSize)
        precondition(visible.allSatisfy { $0.areSeen(byAll: count) && $0.count <= keys.rows })
        let functions = functions.products
        let group = heads / keyHeads
        let panels = (count + functions.panelColumns - 1) / functions.panelColumns
        // Each part copies its head's keys and values.
        let parts = min(group * panels, max(1, pool.threadCount * 4 / (entries * keyHeads)))
        let tiles = HeadTiles(keys: keys.rows, size: size, valueSize: valueSize, tileRows: functions.tileRows)
        let (queryStrides, keyStrides, valueStrides) = (queries.strides, keys.strides, values.strides)
        withAddresses(queries, keys, values, &output) { queries, keys, values, output in
            nonisolated(unsafe) let (queries, keys, values, output) = (queries, keys, values, output)
            pool.parallelFor(entries * keyHeads * parts) { range in
                let copies = MemoryBlock(byteCount: tiles.byteCount)
                let (keyTiles, valueTiles) = tiles.tiles(copies.base)
                var attention = CSIMDAttention(
                    queries: queries, query_stride: queryStrides.row, query_count: count, size: size,
                    scale: scale, keys: keyTiles, values: valueTiles, first_key: 0, end_key: 0, key_count: 0,
                    output: output, output_stride: heads * valueSize)
                let scratch = MemoryBlock(byteCount: functions.attentionScratchBytes(attention))
                for index in range {
                    let (unit, part) = index.quotientAndRemainder(dividingBy: parts)
                    let (entry, keyHead) = unit.quotientAndRemainder(dividingBy: keyHeads)
                    functions.packTiles(
                        keys + entry * keyStrides.entry + keyHead * keyStrides.head, keyStrides.row * 4,
                        keyTiles, 0, keyTiles.count)
                    functions.packValues(
                        values + entry * valueStrides.entry + keyHead * valueStrides.head,
                        valueStrides.row * 4, valueTiles)
                    attention.first_key = visible[entry].first
                    attention.end_key = visible[entry].end
                    attention.key_count = visible[entry].count
                    for panel in part * group * panels / parts..<(part + 1) * group * panels / parts {
                        let head = keyHead * group + panel / panels
                        attention.queries =
                            queries + entry * queryStrides.entry + head * queryStrides.head
                        attention.output = output + (entry * count * heads + head) * valueSize
                        withUnsafePointer(to: attention) {
                            functions.attend($0, panel % panels * functions.panelColumns, scratch.base)
                        }
                    }
                }
            }
        }
    }

    /// Runs `body` with the addresses of operands that are not empty.
    private func withAddresses(
        _ queries: borrowing HeadRows, _ keys: borrowing HeadRows, _ values: borrowing HeadRows,
        _ output: inout MutableSpan<Float>,
        _ body: (
            UnsafePointer<Float>, UnsafePointer<Float>, UnsafePointer<Float>, UnsafeMutablePointer<Float>
        ) -> Void
    ) {
        queries.elements.withUnsafeBufferPointer { queries in
            keys.elements.withUnsafeBufferPointer { keys in
                values.elements.withUnsafeBufferPointer { values in
                    output.withUnsafeMutableBufferPointer { output in
                        guard let queries = queries.baseAddress, let keys = keys.baseAddress,
                            let values = values.baseAddress, let output = output.baseAddress
                        else { return }
                        body(queries, keys, values, output)
                    }
                }
            }
        }
    }
}

/// The tiles of one head's keys and values.
private struct HeadTiles: Sendable {
    let keys: Int
    let size: Int
    let valueSize: Int
    let tileRows: Int

    /// In numbers, whole cache lines.
    private var keyNumbers: Int { (keys * size + 15) & ~15 }

    var byteCount: Int { (keyNumbers + keys * valueSize) * 4 }

    /// - Parameter memory: ``byteCount`` bytes.
    func tiles(_ memory: UnsafeMutableRawPointer) -> (keys: CSIMDTiles, values: CSIMDTiles) {
        let elements = memory.assumingMemoryBound(to: Float.self)
        return (
            tiles(elements, rows: keys, depth: size),
            tiles(elements + keyNumbers, rows: valueSize, depth: keys)
        )
    }

    private func tiles(_ elements: UnsafeMutablePointer<Float>, rows: Int, depth: Int) -> CSIMDTiles {
        CSIMDTiles(elements: elements, count: (rows + tileRows - 1) / tileRows, rows: rows, depth: depth)
    }
}
