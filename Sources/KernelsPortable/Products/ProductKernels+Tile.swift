internal import CSIMD

extension ProductKernels {
    /// Adds tiles of A × panels of B, one after the other, to one tile of sums, `[row][column]`.
    ///
    /// - Parameters:
    ///   - isWide: whether the second half of the panels' columns counts.
    ///   - operands: at least one.
    ///   - source: the rows of B, whole vectors of columns, if they are copied to the operands' panels meanwhile. That
    ///     costs less than to copy them before: the multiplication leaves time for loads and stores.
    ///   - depth: of each product.
    ///   - next: memory to ask for meanwhile.
    @inline(never)
    static func addTile(
        rows: Int, isWide: Bool, _ operands: UnsafeBufferPointer<TileOperands>,
        copying source: MatrixRows? = nil, _ depth: Int, _ sums: UnsafeMutablePointer<Float>, _ next: Prefetch
    ) {
        // Never more than tileRows; so said, heights that vectors do not have are left out.
        switch Swift.min(rows, Vector.tileRows) {
        case 14: Tile<14>.add(isWide, source, operands, depth, sums, next)
        case 13: Tile<13>.add(isWide, source, operands, depth, sums, next)
        case 12: Tile<12>.add(isWide, source, operands, depth, sums, next)
        case 11: Tile<11>.add(isWide, source, operands, depth, sums, next)
        case 10: Tile<10>.add(isWide, source, operands, depth, sums, next)
        case 9: Tile<9>.add(isWide, source, operands, depth, sums, next)
        case 8: Tile<8>.add(isWide, source, operands, depth, sums, next)
        case 7: Tile<7>.add(isWide, source, operands, depth, sums, next)
        case 6: Tile<6>.add(isWide, source, operands, depth, sums, next)
        case 5: Tile<5>.add(isWide, source, operands, depth, sums, next)
        case 4: Tile<4>.add(isWide, source, operands, depth, sums, next)
        case 3: Tile<3>.add(isWide, source, operands, depth, sums, next)
        case 2: Tile<2>.add(isWide, source, operands, depth, sums, next)
        default: Tile<1>.add(isWide, source, operands, depth, sums, next)
        }
    }

    @inline(__always)
    fileprivate static func addTile(
        constant rows: Int, isWide: Bool, _ operands: UnsafeBufferPointer<TileOperands>,
        _ source: MatrixRows?, _ depth: Int, _ sums: UnsafeMutablePointer<Float>, _ next: Prefetch
    ) {
        let zero = Vector.splat(0)
        var r0 = Pair(zero), r1 = Pair(zero), r2 = Pair(zero), r3 = Pair(zero), r4 = Pair(zero)
        var r5 = Pair(zero), r6 = Pair(zero), r7 = Pair(zero), r8 = Pair(zero), r9 = Pair(zero)
        var r10 = Pair(zero), r11 = Pair(zero), r12 = Pair(zero), r13 = Pair(zero)
        var address = next.address
        var from = source?.start ?? next.address
        var index = 0
        while index < operands.count {
            var (a, b) = (operands[index].a, operands[index].b)
            index = index &+ 1
            var k = 0
            while k < depth {
                // A few lines at a time: more of them, or more often, would keep the loads of A and B waiting.
                var place = 0
                while place < next.placesAtOnce {
                    csimd_prefetch_l2(address)
                    csimd_prefetch_l2(address + (4 &* panelColumns &- 1))
                    if panelColumns > 16 { csimd_prefetch_l2(address + 64) }
                    address += next.step
                    place = place &+ 1
                }
                let end = Swift.min(depth, k &+ Prefetch.interval)
                while k < end {
                    var (low, high) = (zero, zero)
                    if let source {
                        // Not all that was asked for before is still, or already, in the second cache.
                        prefetchPanelRow(from + 16 &* source.stride)
                        let row = from.assumingMemoryBound(to: Float.self)
                        low = Vector.load(row)
                        high = Vector.load(row + Vector.count)
                        Vector.store(b, low)
                        Vector.store(b + Vector.count, high)
                        from += source.stride
                    } else {
                        low = Vector.load(b)
                        if isWide { high = Vector.load(b + Vector.count) }
                    }
                    r0.add(a[0], low, high, isWide)
                    if rows > 1 { r1.add(a[1], low, high, isWide) }
                    if rows > 2 { r2.add(a[2], low, high, isWide) }
                    if rows > 3 { r3.add(a[3], low, high, isWide) }
                    if rows > 4 { r4.add(a[4], low, high, isWide) }
                    if rows > 5 { r5.add(a[5], low, high, isWide) }
                    if rows > 6 { r6.add(a[6], low, high, isWide) }
                    if rows > 7 { r7.add(a[7], low, high, isWide) }
                    if rows > 8 { r8.add(a[8], low, high, isWide) }
                    if rows > 9 { r9.add(a[9], low, high, isWide) }
                    if rows > 10 { r10.add(a[10], low, high, isWide) }
                    if rows > 11 { r11.add(a[11], low, high, isWide) }
                    if rows > 12 { r12.add(a[12], low, high, isWide) }
                    if rows > 13 { r13.add(a[13], low, high, isWide) }
                    a += rows
                    b += panelColumns
                    k = k &+ 1
                }
            }
        }
        r0.add(to: sums, isWide)
        if rows > 1 { r1.add(to: sums + panelColumns, isWide) }
        if rows > 2 { r2.add(to: sums + 2 &* panelColumns, isWide) }
        if rows > 3 { r3.add(to: sums + 3 &* panelColumns, isWide) }
        if rows > 4 { r4.add(to: sums + 4 &* panelColumns, isWide) }
        if rows > 5 { r5.add(to: sums + 5 &* panelColumns, isWide) }
        if rows > 6 { r6.add(to: sums + 6 &* panelColumns, isWide) }
        if rows > 7 { r7.add(to: sums + 7 &* panelColumns, isWide) }
        if rows > 8 { r8.add(to: sums + 8 &* panelColumns, isWide) }
        if rows > 9 { r9.add(to: sums + 9 &* panelColumns, isWide) }
        if rows > 10 { r10.add(to: sums + 10 &* panelColumns, isWide) }
        if rows > 11 { r11.add(to: sums + 11 &* panelColumns, isWide) }
        if rows > 12 { r12.add(to: sums + 12 &* panelColumns, isWide) }
        if rows > 13 { r13.add(to: sums + 13 &* panelColumns, isWide) }
    }

    @inline(__always)
    static func clear(_ sums: UnsafeMutablePointer<Float>, rows: Int) {
        let zero = Vector.splat(0)
        var index = 0
        while index < rows &* panelColumns {
            Vector.store(sums + index, zero)
            index = index &+ Vector.count
        }
    }

    /// Asks for the lines of a row of B at any address that a panel copies.
    @inline(__always)
    private static func prefetchPanelRow(_ row: UnsafeRawPointer) {
        csimd_prefetch_l1(row)
        if panelColumns > 16 { csimd_prefetch_l1(row + 64) }
        csimd_prefetch_l1(row + (4 &* panelColumns &- 1))
    }

    /// Asks for the lines that ``finish(_:row:_:n:_:_:)`` reads and, unless they go past the caches, writes. C is often
    /// new to the caches, and so many rows at once would wait for each other.
    @inline(__always)
    static func prefetchOutput(_ p: CSIMDProduct, row: Int, _ rows: Int, n: Int) {
        var m = row
        while m < row &+ rows {
            if !p.c_is_streamed { prefetchLine(p.c + (m &* p.c_stride &+ n)) }
            if let residual = p.residual { prefetchLine(residual + (m &* p.residual_stride &+ n)) }
            m = m &+ 1
        }
    }

    /// Asks for a panel's columns of one row.
    @inline(__always)
    private static func prefetchLine(_ start: UnsafePointer<Float>) {
        let line = UnsafeRawPointer(start)
        csimd_prefetch_l2(line)
        csimd_prefetch_l2(line + (4 &* panelColumns &- 1))
    }

    /// Bias, activation and residual of a tile whose sums are whole, and the store to C.
    @inline(never)
    static func finish(
        _ p: CSIMDProduct, row: Int, _ rows: Int, n: Int, _ columns: Int,
        _ sums: UnsafeMutablePointer<Float>
    ) {
        if columns == panelColumns {
            finishPanel(p, row: row, rows, n: n, sums)
        } else {
            finishPart(p, row: row, rows, n: n, columns, sums)
        }
    }

    /// ``finish(_:row:_:n:_:_:)`` of all of a panel's columns, two vectors without masks.
    @inline(__always)
    private static func finishPanel(
        _ p: CSIMDProduct, row: Int, _ rows: Int, n: Int, _ sums: UnsafeMutablePointer<Float>
    ) {
        var (lowBias, highBias) = (Vector.splat(0), Vector.splat(0))
        if let bias = p.column_bias {
            (lowBias, highBias) = (Vector.load(bias + n), Vector.load(bias + (n &+ Vector.count)))
        }
        var from = sums
        var m = row
        while m < row &+ rows {
            var low = activated(p, Vector.load(from), lowBias, row: m)
            var high = activated(p, Vector.load(from + Vector.count), highBias, row: m)
            if let residual = p.residual {
                let residual = residual + (m &* p.residual_stride &+ n)
                low = Vector.add(low, Vector.load(residual))
                high = Vector.add(high, Vector.load(residual + Vector.count))
            }
            let to = p.c + (m &* p.c_stride &+ n)
            if p.c_is_streamed {
                Vector.stream(to, low)
                Vector.stream(to + Vector.count, high)
            } else {
                Vector.store(to, low)
                Vector.store(to + Vector.count, high)
            }
            from += panelColumns
            m = m &+ 1
        }
    }

    /// ``finish(_:row:_:n:_:_:)`` of fewer columns.
    @inline(__always)
    private static func finishPart(
        _ p: CSIMDProduct, row: Int, _ rows: Int, n: Int, _ columns: Int,
        _ sums: UnsafeMutablePointer<Float>
    ) {
        let zero = Vector.splat(0)
        var start = 0
        while start < columns {
            let left = Swift.min(Vector.count, columns &- start)
            let column = n &+ start
            var columnBias = zero
            if let bias = p.column_bias { columnBias = Vector.loadFirst(bias + column, left, fill: zero) }
            var m = 0
            while m < rows {
                var v = activated(
                    p, Vector.load(sums + (m &* panelColumns &+ start)), columnBias, row: row &+ m)
                if let residual = p.residual {
                    let from = residual + ((row &+ m) &* p.residual_stride &+ column)
                    v = Vector.add(v, Vector.loadFirst(from, left, fill: zero))
                }
                Vector.storeFirst(p.c + ((row &+ m) &* p.c_stride &+ column), v, left)
                m = m &+ 1
            }
            start = start &+ Vector.count
        }
    }

    /// Sums of a row with bias and activation.
    @inline(__always)
    private static func activated(
        _ p: CSIMDProduct, _ sums: Vector.Lanes, _ columnBias: Vector.Lanes, row: Int
    ) -> Vector.Lanes {
        var v = Vector.add(sums, columnBias)
        if let bias = p.row_bias { v = Vector.add(v, Vector.splat(bias[row])) }
        return activate(v, p.activation)
    }

    @inline(__always)
    static func activate(_ v: Vector.Lanes, _ activation: Int) -> Vector.Lanes {
        if activation == CSIMD_GELU { return RowKernels.gelu(v) }
        if activation == CSIMD_SILU { return RowKernels.silu(v) }
        return v
    }
}

/// Tiles of so many rows. A constant number keeps the sums in registers, and functions of their own let the compiler
/// inline all that must be inlined: with several numbers in one it does so for the first ones only.
private enum Tile<let rows: Int> {
    @inline(__always)
    static func add(
        _ isWide: Bool, _ source: MatrixRows?, _ operands: UnsafeBufferPointer<TileOperands>, _ depth: Int,
        _ sums: UnsafeMutablePointer<Float>, _ next: Prefetch
    ) {
        if let source {
            addCopying(source, operands, depth, sums, next)
        } else if isWide {
            addWide(operands, depth, sums, next)
        } else {
            addNarrow(operands, depth, sums, next)
        }
    }

    @inline(never)
    private static func addWide(
        _ operands: UnsafeBufferPointer<TileOperands>, _ depth: Int, _ sums: UnsafeMutablePointer<Float>,
        _ next: Prefetch
    ) {
        ProductKernels.addTile(constant: rows, isWide: true, operands, nil, depth, sums, next)
    }

    @inline(never)
    private static func addNarrow(
        _ operands: UnsafeBufferPointer<TileOperands>, _ depth: Int, _ sums: UnsafeMutablePointer<Float>,
        _ next: Prefetch
    ) {
        ProductKernels.addTile(constant: rows, isWide: false, operands, nil, depth, sums, next)
    }

    @inline(never)
    private static func addCopying(
        _ source: MatrixRows, _ operands: UnsafeBufferPointer<TileOperands>, _ depth: Int,
        _ sums: UnsafeMutablePointer<Float>, _ next: Prefetch
    ) {
        ProductKernels.addTile(constant: rows, isWide: true, operands, source, depth, sums, next)
    }
}

/// What meets to be multiplied.
struct TileOperands {
    /// `[k][row]`
    let a: UnsafePointer<Float>
    /// `[k][column]`
    let b: UnsafeMutablePointer<Float>
}

/// Rows of a matrix in memory.
struct MatrixRows {
    let start: UnsafeRawPointer
    /// Bytes from row to row.
    let stride: Int
}

/// The sums of one row of a tile.
private struct Pair {
    private var low: Vector.Lanes
    private var high: Vector.Lanes

    @inline(__always)
    init(_ zero: Vector.Lanes) {
        low = zero
        high = zero
    }

    @inline(__always)
    mutating func add(_ a: Float, _ low: Vector.Lanes, _ high: Vector.Lanes, _ isWide: Bool) {
        let factor = Vector.splat(a)
        self.low = Vector.fma(factor, low, self.low)
        if isWide { self.high = Vector.fma(factor, high, self.high) }
    }

    @inline(__always)
    func add(to sums: UnsafeMutablePointer<Float>, _ isWide: Bool) {
        Vector.store(sums, Vector.add(Vector.load(sums), low))
        if isWide {
            let next = sums + Vector.count
            Vector.store(next, Vector.add(Vector.load(next), high))
        }
    }
}
