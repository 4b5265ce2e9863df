package import CSIMD

/// Products of float matrices, the same source for every instruction set: each kernel target compiles this
/// folder with its own `Vector`.
///
/// A is copied once into tiles of rows, `[tile][k][row of the tile]`. B is copied, a panel of columns and up to
/// ``panelDepth`` of its rows at a time, just before all tiles meet it: a share of the next panel after each
/// tile, so that memory is read while the processor multiplies. Tiles × panels are summed in a scratch of their
/// own and finished (bias, activation, residual) when the last part of K is in.
package enum ProductKernels {
    /// Columns of a panel: two vectors.
    package static var panelColumns: Int { 2 &* Vector.count }

    /// Most rows of a tile: with two vectors for each, what the registers hold.
    package static var tileRows: Int { Vector.tileRows }

    /// Most rows of a panel: with a tile of A they fit the first cache.
    static var panelDepth: Int { 160 }

    /// Sums of a group of panels, in floats, so that they and the tiles of A stay in the second cache.
    private static var groupSums: Int { 65_536 }

    /// Panels whose sums are kept while the tiles of A for one part of K serve all of them.
    @inline(__always)
    static func groupPanels(_ product: CSIMDProduct, tiles: Int) -> Int {
        if product.a.depth <= panelDepth { return 1 }
        return Swift.max(1, Swift.min(8, groupSums / Swift.max(1, tiles &* tileRows &* panelColumns)))
    }

    /// Bytes of scratch for ``multiply(_:firstTile:endTile:first:end:scratch:)`` of up to as many tiles.
    package static func scratchBytes(_ product: CSIMDProduct, tiles: Int) -> Int {
        let panels = 2 &* panelDepth &* panelColumns
        // Blocks of fewer tiles may have more panels in a group, but not more sums than the limit.
        let panelSums = tiles &* tileRows &* panelColumns
        let sums = product.a.depth <= panelDepth ? panelSums : Swift.max(panelSums, groupSums)
        return (panels &+ sums) &* 4 &+ patchRunBytes(product)
    }

    /// The first row of a tile; their heights differ by one at most.
    @inline(__always)
    static func firstRow(_ tiles: CSIMDTiles, tile: Int) -> Int {
        let (rows, rest) = (tiles.rows / tiles.count, tiles.rows % tiles.count)
        return tile &* rows &+ Swift.min(tile, rest)
    }

    /// Columns `first..<end` of the rows of some tiles of a product whose tiles of A are packed.
    ///
    /// - Parameters:
    ///   - first: a multiple of ``panelColumns``.
    ///   - scratch: aligned to 64.
    @inline(never)
    package static func multiply(
        _ product: UnsafePointer<CSIMDProduct>, firstTile: Int, endTile: Int, first: Int, end: Int,
        scratch: UnsafeMutableRawPointer
    ) {
        let p = product.pointee
        let tiles = endTile &- firstTile
        let group = groupPanels(p, tiles: tiles)
        var panel = scratch.assumingMemoryBound(to: Float.self)
        var nextPanel = panel + panelDepth &* panelColumns
        let sums = nextPanel + panelDepth &* panelColumns
        let runs = UnsafeMutableRawPointer(sums + group &* tiles &* tileRows &* panelColumns)
        var part = PanelPart(p, first: first, end: end, group: group &* panelColumns)
        part.pack(p, share: 0, of: 1, into: panel, runs)
        while part.n < end {
            let next = part.next(p)
            let isLast = part.k &+ part.depth >= p.a.depth
            var tile = 0
            while tile < tiles {
                let row = firstRow(p.a, tile: firstTile &+ tile)
                let rows = firstRow(p.a, tile: firstTile &+ tile &+ 1) &- row
                let sums =
                    sums + ((part.n &- part.groupStart) &* tiles &+ tile &* panelColumns) &* tileRows
                if part.k == 0 { clear(sums, rows: rows) }
                let a = p.a.elements + (row &* p.a.depth &+ part.k &* rows)
                let prefetch = next.prefetch(p, tile: tile, of: tiles)
                if isLast { prefetchOutput(p, row: row, rows, n: part.n) }
                withUnsafePointer(to: TileOperands(a: a, b: panel)) {
                    let operands = UnsafeBufferPointer(start: $0, count: 1)
                    addTile(
                        rows: rows, isWide: part.columns > Vector.count, operands,
                        copying: tile == 0 ? part.copiedRows(p) : nil, part.depth, sums, prefetch)
                }
                if isLast { finish(p, row: row, rows, n: part.n, part.columns, sums) }
                next.pack(p, share: tile, of: tiles, into: nextPanel, runs)
                tile = tile &+ 1
            }
            part = next
            (panel, nextPanel) = (nextPanel, panel)
        }
        if p.c_is_streamed { csimd_finish_streams() }
    }
}
