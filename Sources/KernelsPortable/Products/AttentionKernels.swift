package import CSIMD

/// Attention of many queries, `softmax(scale · Q · Kᵀ) · V`; the same source for every instruction set, as
/// ``ProductKernels``.
///
/// A panel of queries at a time, which lie across lanes from the scores to the sums of values: maxima, powers and sums of
/// a softmax need nothing from other lanes, and its results are the panel that the values' product reads. Keys, and
/// values by columns, are copied into tiles once for all queries.
package enum AttentionKernels {
    /// Queries of a panel.
    package static var panelColumns: Int { ProductKernels.panelColumns }

    /// Bytes of scratch for ``attend(_:first:scratch:)``.
    package static func scratchBytes(_ p: CSIMDAttention) -> Int {
        // Whole vectors of the values' numbers are transposed.
        (p.size &+ p.keys.rows &+ p.values.rows &+ Vector.count) &* panelColumns &* 4
    }

    /// Copies values into tiles of their columns, `[tile][key][number]`.
    ///
    /// - Parameters:
    ///   - stride: between the starts of values, in bytes.
    ///   - tiles: of as many rows as a value has numbers and as deep as there are values.
    @inline(never)
    package static func packValues(_ values: UnsafeRawPointer, stride: Int, into tiles: CSIMDTiles) {
        let zero = Vector.splat(0)
        var tile = 0
        while tile < tiles.count {
            let row = ProductKernels.firstRow(tiles, tile: tile)
            let rows = ProductKernels.firstRow(tiles, tile: tile &+ 1) &- row
            var from = values + row &* 4
            var to = tiles.elements + row &* tiles.depth
            var key = 0
            while key < tiles.depth {
                let numbers = Vector.loadFirst(from.assumingMemoryBound(to: Float.self), rows, fill: zero)
                Vector.storeFirst(to, numbers, rows)
                from += stride
                to += rows
                key = key &+ 1
            }
            tile = tile &+ 1
        }
    }

    /// The attended values of a panel of queries.
    ///
    /// - Parameters:
    ///   - first: a multiple of ``panelColumns``.
    ///   - scratch: aligned to 64.
    @inline(never)
    package static func attend(
        _ pointer: UnsafePointer<CSIMDAttention>, first: Int, scratch: UnsafeMutableRawPointer
    ) {
        let p = pointer.pointee
        let columns = Swift.min(panelColumns, p.query_count &- first)
        let isWide = columns > Vector.count
        let queries = scratch.assumingMemoryBound(to: Float.self)
        let scores = queries + p.size &* panelColumns
        let sums = scores + p.keys.rows &* panelColumns
        ProductKernels.packTransposed(
            p.queries + first &* p.query_stride, stride: p.query_stride &* 4, p.size, columns, into: queries)
        multiply(queries, p.size, by: Vector.splat(p.scale), Vector.splat(p.scale))
        // Keys that no query of the panel sees are left out, but those of the first one's tile.
        let end = Swift.min(p.key_count, first &+ columns &- 1 &+ p.end_key)
        var tile = 0
        while ProductKernels.firstRow(p.keys, tile: tile &+ 1) <= first &+ p.first_key { tile = tile &+ 1 }
        let start = ProductKernels.firstRow(p.keys, tile: tile)
        var key = start
        while key < end {
            let rows = ProductKernels.firstRow(p.keys, tile: tile &+ 1) &- key
            add(
                p.keys.elements + key &* p.size, queries, rows: rows, isWide, depth: p.size, isFirst: true,
                to: scores + (key &- start) &* panelColumns)
            tile = tile &+ 1
            key = key &+ rows
        }
        hideKeys(p, first: first, columns, start..<end, scores)
        let (low, high) = softmax(scores, end &- start, isWide)
        var part = start
        while part < end {
            let depth = Swift.min(ProductKernels.panelDepth, end &- part)
            var tile = 0
            while tile < p.values.count {
                let row = ProductKernels.firstRow(p.values, tile: tile)
                let rows = ProductKernels.firstRow(p.values, tile: tile &+ 1) &- row
                add(
                    p.values.elements + (row &* p.values.depth &+ part &* rows),
                    scores + (part &- start) &* panelColumns, rows: rows, isWide, depth: depth,
                    isFirst: part == start, to: sums + row &* panelColumns)
                tile = tile &+ 1
            }
            part = part &+ depth
        }
        multiply(sums, p.values.rows, by: low, high)
        store(sums, columns, size: p.values.rows, p.output + first &* p.output_stride, p.output_stride)
    }

    /// Adds a tile × a panel to sums, or begins them.
    @inline(__always)
    private static func add(
        _ a: UnsafePointer<Float>, _ b: UnsafeMutablePointer<Float>, rows: Int, _ isWide: Bool, depth: Int,
        isFirst: Bool, to sums: UnsafeMutablePointer<Float>
    ) {
        if isFirst { ProductKernels.clear(sums, rows: rows) }
        withUnsafePointer(to: TileOperands(a: a, b: b)) {
            ProductKernels.addTile(
                rows: rows, isWide: isWide, UnsafeBufferPointer(start: $0, count: 1), depth, sums,
                Prefetch(address: a, step: 0, placesAtOnce: 0))
        }
    }

    /// Multiplies some rows of a panel by a factor for each column.
    @inline(__always)
    private static func multiply(
        _ panel: UnsafeMutablePointer<Float>, _ rows: Int, by low: Vector.Lanes, _ high: Vector.Lanes
    ) {
        var row = panel
        let end = panel + rows &* panelColumns
        while row < end {
            Vector.store(row, Vector.mul(Vector.load(row), low))
            Vector.store(row + Vector.count, Vector.mul(Vector.load(row + Vector.count), high))
            row += panelColumns
        }
    }

    /// Replaces the scores of keys that queries do not see by minus infinities.
    @inline(__always)
    private static func hideKeys(
        _ p: CSIMDAttention, first: Int, _ columns: Int, _ keys: Range<Int>,
        _ scores: UnsafeMutablePointer<Float>
    ) {
        let hidden = Vector.splat(-.infinity)
        var row = scores
        var key = keys.lowerBound
        while key < keys.upperBound {
            // Of the panel's queries, those before `seen` do not see the key yet, those from `unseen` on no longer.
            let seen = key &- p.end_key &+ 1 &- first
            let unseen = key &- p.first_key &+ 1 &- first
            if seen > 0 || unseen < columns {
                var column = 0
                while column < panelColumns {
                    let to = row + column
                    let scores = Vector.load(to)
                    let kept = Swift.max(0, Swift.min(Vector.count, unseen &- column))
                    Vector.store(to, hidden)
                    Vector.storeFirst(to, scores, kept)
                    Vector.storeFirst(to, hidden, Swift.max(0, Swift.min(Vector.count, seen &- column)))
                    column = column &+ Vector.count
                }
            }
            row += panelColumns
            key = key &+ 1
        }
    }

    /// Replaces each column of scores by `e^(x - max)`.
    ///
    /// - Returns: the inverse of each column's sum.
    @inline(__always)
    private static func softmax(
        _ scores: UnsafeMutablePointer<Float>, _ rows: Int, _ isWide: Bool
    ) -> (Vector.Lanes, Vector.Lanes) {
        let end = scores + rows &* panelColumns
        var (lowMaximum, highMaximum) = (Vector.splat(-.infinity), Vector.splat(-.infinity))
        var row = scores
        while row < end {
            lowMaximum = Vector.max(Vector.load(row), lowMaximum)
            if isWide { highMaximum = Vector.max(Vector.load(row + Vector.count), highMaximum) }
            row += panelColumns
        }
        var (low, high) = (Vector.splat(0), Vector.splat(0))
        row = scores
        while row < end {
            let power = RowKernels.exp(Vector.sub(Vector.load(row), lowMaximum))
            Vector.store(row, power)
            low = Vector.add(low, power)
            if isWide {
                let power = RowKernels.exp(Vector.sub(Vector.load(row + Vector.count), highMaximum))
                Vector.store(row + Vector.count, power)
                high = Vector.add(high, power)
            }
            row += panelColumns
        }
        let one = Vector.splat(1)
        return (Vector.div(one, low), Vector.div(one, high))
    }

    /// Columns of sums to rows of the output.
    @inline(__always)
    private static func store(
        _ sums: UnsafePointer<Float>, _ columns: Int, size: Int, _ output: UnsafeMutablePointer<Float>,
        _ stride: Int
    ) {
        var column = 0
        while column < columns {
            let to = output + column &* stride
            var index = 0
            while index < size {
                let left = Swift.min(Vector.count, size &- index)
                let (c0, c1, c2, c3) = Vector.columns(
                    sums + (index &* panelColumns &+ column), stride: panelColumns &* 4)
                Vector.storeFirst(to + index, c0, left)
                if column &+ 1 < columns { Vector.storeFirst(to + (stride &+ index), c1, left) }
                if column &+ 2 < columns { Vector.storeFirst(to + (2 &* stride &+ index), c2, left) }
                if column &+ 3 < columns { Vector.storeFirst(to + (3 &* stride &+ index), c3, left) }
                index = index &+ Vector.count
            }
            column = column &+ 4
        }
    }
}
