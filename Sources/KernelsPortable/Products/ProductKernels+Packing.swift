package import CSIMD

extension ProductKernels {
    /// Copies some tiles of A to where the products read them.
    ///
    /// - Parameters:
    ///   - a: at any address.
    ///   - stride: between the starts of rows, in bytes.
    @inline(never)
    package static func packTiles(
        _ a: UnsafeRawPointer, stride: Int, into tiles: CSIMDTiles, first: Int, end: Int
    ) {
        var tile = first
        while tile < end {
            let row = firstRow(tiles, tile: tile)
            let rows = firstRow(tiles, tile: tile &+ 1) &- row
            packTile(
                a + row &* stride, stride: stride, rows: rows, readableRows: tiles.rows &- row,
                depth: tiles.depth, into: tiles.elements + row &* tiles.depth)
            tile = tile &+ 1
        }
    }

    @inline(__always)
    private static func packTile(
        _ a: UnsafeRawPointer, stride: Int, rows: Int, readableRows: Int, depth: Int,
        into output: UnsafeMutablePointer<Float>
    ) {
        var k = 0
        if readableRows >= Vector.count {
            while k &+ 4 <= depth {
                let (c0, c1, c2, c3) = Vector.columns(a + k &* 4, stride: stride)
                let to = output + k &* rows
                // The lanes beyond the tile are written over by what follows, but at the tile's end.
                if (depth &- k &- 3) &* rows >= Vector.count {
                    Vector.store(to, c0)
                    Vector.store(to + rows, c1)
                    Vector.store(to + 2 &* rows, c2)
                    Vector.store(to + 3 &* rows, c3)
                } else {
                    Vector.storeFirst(to, c0, rows)
                    Vector.storeFirst(to + rows, c1, rows)
                    Vector.storeFirst(to + 2 &* rows, c2, rows)
                    Vector.storeFirst(to + 3 &* rows, c3, rows)
                }
                k = k &+ 4
            }
        }
        var row = 0
        while row < rows {
            let from = a + row &* stride
            var index = k
            while index < depth {
                output[index &* rows &+ row] = csimd_load_f32(from + index &* 4)
                index = index &+ 1
            }
            row = row &+ 1
        }
    }

    /// Copies rows `k..<k + depth` of columns `n..<n + columns` of B to a panel, `[k][column]`, zeros beyond
    /// the columns.
    @inline(__always)
    static func packPanel(
        _ p: CSIMDProduct, k: Int, _ depth: Int, n: Int, _ columns: Int,
        into panel: UnsafeMutablePointer<Float>, _ runs: UnsafeMutableRawPointer
    ) {
        if let patches = p.patches {
            packPatches(p, patches.pointee, k: k, depth, n: n, columns, into: panel, runs)
        } else if p.b_is_transposed {
            packTransposed(
                p.b + n &* p.b_row_bytes + k &* 4, stride: p.b_row_bytes, depth, columns, into: panel)
        } else {
            packRows(p.b + k &* p.b_row_bytes + n &* 4, stride: p.b_row_bytes, depth, columns, into: panel)
        }
    }

    @inline(never)
    private static func packRows(
        _ b: UnsafeRawPointer, stride: Int, _ depth: Int, _ columns: Int,
        into panel: UnsafeMutablePointer<Float>
    ) {
        var (from, to) = (b, panel)
        var k = 0
        if columns == panelColumns {
            while k < depth {
                let row = from.assumingMemoryBound(to: Float.self)
                Vector.store(to, Vector.load(row))
                Vector.store(to + Vector.count, Vector.load(row + Vector.count))
                from += stride
                to += panelColumns
                k = k &+ 1
            }
        } else {
            let zero = Vector.splat(0)
            let low = Swift.min(columns, Vector.count)
            while k < depth {
                let row = from.assumingMemoryBound(to: Float.self)
                Vector.store(to, Vector.loadFirst(row, low, fill: zero))
                Vector.store(to + Vector.count, Vector.loadFirst(row + low, columns &- low, fill: zero))
                from += stride
                to += panelColumns
                k = k &+ 1
            }
        }
    }

    @inline(never)
    static func packTransposed(
        _ b: UnsafeRawPointer, stride: Int, _ depth: Int, _ columns: Int,
        into panel: UnsafeMutablePointer<Float>
    ) {
        var half = 0
        while half < 2 {
            let first = half &* Vector.count
            let count = Swift.min(Vector.count, columns &- first)
            let from = b + first &* stride
            let to = panel + first
            var k = 0
            if count == Vector.count {
                while k &+ 4 <= depth {
                    let (c0, c1, c2, c3) = Vector.columns(from + k &* 4, stride: stride)
                    let line = to + k &* panelColumns
                    Vector.store(line, c0)
                    Vector.store(line + panelColumns, c1)
                    Vector.store(line + 2 &* panelColumns, c2)
                    Vector.store(line + 3 &* panelColumns, c3)
                    k = k &+ 4
                }
            }
            while k < depth {
                var column = 0
                while column < Vector.count {
                    to[k &* panelColumns &+ column] =
                        column < count ? csimd_load_f32(from + column &* stride + k &* 4) : 0
                    column = column &+ 1
                }
                k = k &+ 1
            }
            half = half &+ 1
        }
    }
}
