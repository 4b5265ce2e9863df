internal import CSIMD

/// A panel of B: some columns and a part of K. Panels follow each other through a group of columns, then
/// through K, then through the groups.
struct PanelPart {
    /// First column; ``end`` or more behind the last panel.
    private(set) var n: Int
    /// First row.
    private(set) var k = 0
    private(set) var groupStart: Int
    private let end: Int
    /// Columns of a group.
    private let group: Int
    /// Rows of all parts but the last: about as many in each, a multiple of 4.
    private let fullDepth: Int
    private let totalDepth: Int

    @inline(__always)
    init(_ p: CSIMDProduct, first: Int, end: Int, group: Int) {
        n = first
        groupStart = first
        self.end = end
        self.group = group
        totalDepth = p.a.depth
        let parts = Swift.max(1, (p.a.depth &+ ProductKernels.panelDepth &- 1) / ProductKernels.panelDepth)
        fullDepth = Swift.max(4, ((p.a.depth &+ parts &- 1) / parts &+ 3) & ~3)
    }

    @inline(__always) var columns: Int { Swift.min(ProductKernels.panelColumns, end &- n) }
    @inline(__always) var depth: Int { Swift.min(fullDepth, totalDepth &- k) }

    @inline(__always)
    func next(_ p: CSIMDProduct) -> PanelPart {
        var next = self
        next.n = n &+ ProductKernels.panelColumns
        if next.n < Swift.min(end, groupStart &+ group) { return next }
        next.n = groupStart
        next.k = k &+ fullDepth
        if next.k < totalDepth { return next }
        next.k = 0
        next.groupStart = groupStart &+ group
        next.n = next.groupStart
        return next
    }

    /// The panel's rows where B has them, if whole vectors of them can be copied while the first tile is multiplied.
    @inline(__always)
    func copiedRows(_ p: CSIMDProduct) -> MatrixRows? {
        if p.patches != nil || p.b_is_transposed || columns < ProductKernels.panelColumns { return nil }
        return MatrixRows(start: p.b + k &* p.b_row_bytes + n &* 4, stride: p.b_row_bytes)
    }

    /// The panel's rows that are copied after one of some tiles. Rows of B are copied a few at a time, because
    /// many of them, a power of two apart, would not stay in the second cache. Columns are copied at once,
    /// which shares what is done for each, and so are patches, whose places in the image are found once.
    @inline(__always)
    private func rows(_ p: CSIMDProduct, share: Int, of shares: Int) -> (first: Int, end: Int) {
        if n >= end || copiedRows(p) != nil { return (0, 0) }
        if p.patches != nil || p.b_is_transposed { return share &+ 1 == shares ? (0, depth) : (0, 0) }
        return (depth &* share / shares, depth &* (share &+ 1) / shares)
    }

    @inline(__always)
    func pack(
        _ p: CSIMDProduct, share: Int, of shares: Int, into panel: UnsafeMutablePointer<Float>,
        _ runs: UnsafeMutableRawPointer
    ) {
        let (first, end) = rows(p, share: share, of: shares)
        if first == end { return }
        ProductKernels.packPanel(
            p, k: k &+ first, end &- first, n: n, columns,
            into: panel + first &* ProductKernels.panelColumns, runs)
    }

    /// What is asked for during one of some tiles.
    @inline(never)
    func prefetch(_ p: CSIMDProduct, tile: Int, of tiles: Int) -> Prefetch {
        if n >= end { return Prefetch(address: p.b, step: 0, placesAtOnce: 1) }
        if let patches = p.patches { return prefetch(p, patches.pointee, tile: tile, of: tiles) }
        let start = p.b + k &* (p.b_is_transposed ? 4 : p.b_row_bytes)
        if p.b_is_transposed {
            // The same few lines of each column; later tiles take the next ones.
            let line = tile &* ProductKernels.panelColumns &* 4 % Swift.max(1, depth &* 4)
            return Prefetch(
                address: start + n &* p.b_row_bytes + line, step: p.b_row_bytes,
                places: ProductKernels.panelColumns, during: depth)
        }
        // The rows that are copied after this tile and the next ones.
        let row = depth &* tile / tiles
        return Prefetch(
            address: start + row &* p.b_row_bytes + n &* 4, step: p.b_row_bytes,
            places: (depth &+ tiles &- 1) / tiles, during: depth)
    }

    /// The rows of the image that the panel's first columns need, which lie side by side: of one channel after the
    /// other.
    @inline(__always)
    private func prefetch(
        _ p: CSIMDProduct, _ patches: CSIMDPatches, tile: Int, of tiles: Int
    ) -> Prefetch {
        let taps = patches.window_height &* patches.window_width
        let (first, last) = (k / taps, (k &+ depth &- 1) / taps)
        let channel = first &+ (last &- first &+ 1) &* tile / tiles
        let row = Swift.max(0, n / patches.output_width &* patches.row_stride &- patches.top)
        let offset = (channel &* patches.height &+ Swift.min(row, patches.height &- 1)) &* patches.width
        return Prefetch(address: p.b + offset &* 4, step: ProductKernels.panelColumns &* 4, placesAtOnce: 1)
    }
}

/// Places in memory, as long as a panel's row, that are asked for one after the other while a tile is multiplied.
struct Prefetch {
    /// Of the tile's depth, after which more are asked for.
    @inline(__always) static var interval: Int { 8 }

    let address: UnsafeRawPointer
    /// Bytes from place to place.
    let step: Int
    let placesAtOnce: Int

    @inline(__always)
    init(address: UnsafeRawPointer, step: Int, placesAtOnce: Int) {
        self.address = address
        self.step = step
        self.placesAtOnce = placesAtOnce
    }

    /// - Parameters:
    ///   - places: at least so many.
    ///   - depth: of the tile.
    @inline(__always)
    init(address: UnsafeRawPointer, step: Int, places: Int, during depth: Int) {
        let times = Swift.max(1, (depth &+ Self.interval &- 1) / Self.interval)
        self.init(address: address, step: step, placesAtOnce: (places &+ times &- 1) / times)
    }
}
