/// Which pairs of tokens become one, and in what order.
struct MergeTable: Sendable {
    struct Merge: Sendable {
        /// Lower ranks are merged first.
        let rank: UInt32
        let result: UInt32
    }

    private var merges: [UInt64: Merge] = [:]

    init(capacity: Int) {
        merges.reserveCapacity(capacity)
    }

    @inline(__always)
    func merge(_ left: UInt32, _ right: UInt32) -> Merge? {
        merges[UInt64(left) << 32 | UInt64(right)]
    }

    /// Adds a merge. Of two for the same pair the later one counts, as in the reference.
    mutating func insert(_ left: UInt32, _ right: UInt32, _ merge: Merge) {
        merges[UInt64(left) << 32 | UInt64(right)] = merge
    }
}
