internal import Tensors

/// How attention is divided: for each entry of the batch and key head, runs of query rows.
struct AttentionTiles: Sendable {
    let rowsPerTile: Int
    let count: Int
    /// Least tiles worth a thread.
    let grain: Int
    private let tilesPerHead: Int
    private let rowsPerHead: Int
    private let attention: ScaledDotProductAttention
    private let allKeys: Bool

    /// Most scores of a tile, in elements: 1 MB, so that they stay in a core's cache.
    private static let largestTile = 1 << 18

    /// - Parameter allKeys: whether keys that no row of a tile sees are computed as well.
    init(_ attention: ScaledDotProductAttention, threads: Int, allKeys: Bool = false) {
        self.attention = attention
        self.allKeys = allKeys
        rowsPerHead = attention.length * attention.group
        let heads = attention.batch * attention.keyHeads
        let fitting = Self.largestTile / max(1, attention.keyCount)
        let balanced = rowsPerHead * heads / (threads * 4)
        rowsPerTile = max(1, min(rowsPerHead, max(8, min(fitting, balanced, 128))))
        tilesPerHead = (rowsPerHead + rowsPerTile - 1) / rowsPerTile
        count = heads * tilesPerHead
        let work =
            Double(rowsPerTile) * Double(attention.keyCount)
            * Double(attention.keys.rowSize + attention.values.rowSize)
        grain = Int(max(1, min(1e6, 131_072 / max(1, work))))
    }

    /// Rows of all query heads of one key head, ordered by query and then head.
    struct Tile {
        let entry: Int
        let keyHead: Int
        let rows: Range<Int>
        /// Those that some row sees.
        let keys: Range<Int>

        /// - Parameter group: query heads of a key head.
        func queryAndMember(_ row: Int, _ group: Int) -> (query: Int, member: Int) {
            let (query, member) = (rows.lowerBound + row).quotientAndRemainder(dividingBy: group)
            return (query, member)
        }
    }

    func tile(_ index: Int) -> Tile {
        let (head, part) = index.quotientAndRemainder(dividingBy: tilesPerHead)
        let (entry, keyHead) = head.quotientAndRemainder(dividingBy: attention.keyHeads)
        let rows = part * rowsPerTile..<min(rowsPerHead, (part + 1) * rowsPerTile)
        if allKeys { return Tile(entry: entry, keyHead: keyHead, rows: rows, keys: 0..<attention.keyCount) }
        // Both bounds of the visible keys grow with the query.
        let first = attention.visibleKeys(entry: entry, query: rows.lowerBound / attention.group)
        let last = attention.visibleKeys(entry: entry, query: (rows.upperBound - 1) / attention.group)
        return Tile(
            entry: entry, keyHead: keyHead, rows: rows,
            keys: first.lowerBound..<max(first.lowerBound, last.upperBound))
    }
}
