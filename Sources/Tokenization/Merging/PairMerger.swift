/// Turns the bytes of a word into tokens by merging neighbours, best rank first, leftmost first among equals.
///
/// Merging is O(*n* log *n*): the tokens of a word are a linked list, and a heap holds the merges that are
/// possible. One merger serves many words, to keep the memory that it works in.
struct PairMerger {
    let merges: MergeTable

    /// The token of each byte.
    let byteTokens: [UInt32]

    /// The tokens of the word. A merged token stands in the place of its left part.
    private var tokens: [UInt32] = []

    /// The places of the neighbours, before the first and after the last one -1 and the count. The place of a
    /// token that was merged into the one on its left has itself as its next.
    private var previous: [Int] = []
    private var next: [Int] = []

    /// Possible merges: the rank in the upper half, the place of the left token in the lower half.
    private var queue = MinimumHeap()

    init(merges: MergeTable, byteTokens: [UInt32]) {
        self.merges = merges
        self.byteTokens = byteTokens
    }

    /// Appends the tokens of the word in `range` of `text` to `ids`.
    mutating func append(wordIn text: [UInt8], _ range: Range<Int>, to ids: inout [Int]) {
        tokens.removeAll(keepingCapacity: true)
        for position in range { tokens.append(byteTokens[Int(text[position])]) }
        mergeAll()
        var place = 0
        while place < tokens.count {
            ids.append(Int(tokens[place]))
            place = next[place]
        }
    }

    private mutating func mergeAll() {
        previous.removeAll(keepingCapacity: true)
        next.removeAll(keepingCapacity: true)
        queue.removeAll()
        for place in tokens.indices {
            previous.append(place - 1)
            next.append(place + 1)
        }
        for place in tokens.indices { enqueue(place) }
        while let entry = queue.popMinimum() {
            let place = Int(entry & 0xFFFF_FFFF)
            let right = next[place]
            // The entry is stale if the place or its neighbour was merged since.
            guard right != place, right < tokens.count,
                let merge = merges.merge(tokens[place], tokens[right]),
                merge.rank == UInt32(entry >> 32)
            else { continue }
            tokens[place] = merge.result
            next[place] = next[right]
            next[right] = right
            if next[place] < tokens.count { previous[next[place]] = place }
            if previous[place] >= 0 { enqueue(previous[place]) }
            enqueue(place)
        }
    }

    private mutating func enqueue(_ place: Int) {
        let right = next[place]
        guard right < tokens.count, let merge = merges.merge(tokens[place], tokens[right]) else { return }
        queue.insert(UInt64(merge.rank) << 32 | UInt64(place))
    }
}
