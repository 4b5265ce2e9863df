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
        let packed = PackedHeads(keys, values, tileRows: functions.tileRows)
        pack(keys, values, into: packed, on: pool)
        let panels = (count + functions.panelColumns - 1) / functions.panelColumns
        let (queryStrides, outputStride) = (queries.strides, heads * valueSize)
        queries.elements.withUnsafeBufferPointer { queries in
            output.withUnsafeMutableBufferPointer { output in
                guard let from = queries.baseAddress, let to = output.baseAddress else { return }
                nonisolated(unsafe) let (queries, output) = (from, to)
                let attention: @Sendable (_ entry: Int, _ head: Int) -> CSIMDAttention = { entry, head in
                    let seen = visible[entry]
                    let (keys, values) = packed.tiles(entry * keyHeads + head / (heads / keyHeads))
                    return CSIMDAttention(
                        queries: queries + entry * queryStrides.entry + head * queryStrides.head,
                        query_stride: queryStrides.row, query_count: count, size: size, scale: scale,
                        keys: keys, values: values, first_key: seen.first, end_key: seen.end,
                        key_count: seen.count,
                        output: output + (entry * count * heads + head) * valueSize,
                        output_stride: outputStride)
                }
                let scratchBytes = functions.attentionScratchBytes(attention(0, 0))
                let work = functions.panelColumns * keys.rows * (size + valueSize)
                pool.parallelFor(entries * heads * panels, grain: max(1, 300_000 / work)) { range in
                    let scratch = MemoryBlock(byteCount: scratchBytes)
                    for index in range {
                        let (head, panel) = index.quotientAndRemainder(dividingBy: panels)
                        withUnsafePointer(to: attention(head / heads, head % heads)) {
                            functions.attend($0, panel * functions.panelColumns, scratch.base)
                        }
                    }
                }
            }
        }
    }

    /// Copies keys and values into tiles, each head once.
    private func pack(
        _ keys: borrowing HeadRows, _ values: borrowing HeadRows, into packed: PackedHeads,
        on pool: ThreadPool
    ) {
        let functions = functions.products
        let heads = keys.heads
        let (keyStrides, valueStrides) = (keys.strides, values.strides)
        let entries = keys.entries
        let grain = max(1, 32_768 / (keys.rows * (keys.size + values.size)))
        keys.elements.withUnsafeBufferPointer { keys in
            values.elements.withUnsafeBufferPointer { values in
                guard let keyBase = keys.baseAddress, let valueBase = values.baseAddress else { return }
                nonisolated(unsafe) let (keys, values) = (keyBase, valueBase)
                pool.parallelFor(entries * heads, grain: grain) { range in
                    for index in range {
                        let (entry, head) = index.quotientAndRemainder(dividingBy: heads)
                        let (keyTiles, valueTiles) = packed.tiles(index)
                        functions.packTiles(
                            keys + entry * keyStrides.entry + head * keyStrides.head, keyStrides.row * 4,
                            keyTiles, 0, keyTiles.count)
                        functions.packValues(
                            values + entry * valueStrides.entry + head * valueStrides.head,
                            valueStrides.row * 4, valueTiles)
                    }
                }
            }
        }
    }
}

/// Keys and values of all heads in tiles.
private struct PackedHeads: Sendable {
    private let count: Int
    private let size: Int
    private let valueSize: Int
    private let tileRows: Int
    private let keys: MemoryBlock
    private let values: MemoryBlock

    init(_ keys: borrowing HeadRows, _ values: borrowing HeadRows, tileRows: Int) {
        count = keys.rows
        size = keys.size
        valueSize = values.size
        self.tileRows = tileRows
        let heads = keys.entries * keys.heads
        self.keys = MemoryBlock(byteCount: heads * count * size * 4)
        self.values = MemoryBlock(byteCount: heads * count * valueSize * 4)
    }

    /// Of one head of one entry.
    func tiles(_ index: Int) -> (keys: CSIMDTiles, values: CSIMDTiles) {
        (
            tiles(keys, index, rows: count, depth: size),
            tiles(values, index, rows: valueSize, depth: count)
        )
    }

    private func tiles(_ block: MemoryBlock, _ index: Int, rows: Int, depth: Int) -> CSIMDTiles {
        CSIMDTiles(
            elements: block.base.assumingMemoryBound(to: Float.self) + index * rows * depth,
            count: (rows + tileRows - 1) / tileRows, rows: rows, depth: depth)
    }
}
