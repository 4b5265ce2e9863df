/// Where a run of a plan keeps what it is fed and computes: as few slots as there are such values at a time, so that
/// they stay in the processor's first cache while weights go through the others.
struct Slots {
    /// Of each value; nil for constants that cannot be fed.
    private(set) var slot: [ComputeGraph.ValueID: Int] = [:]
    /// How many there are.
    private(set) var count = 0
    private var free: [Int] = []

    /// - Parameters:
    ///   - fed: known before the first step, each in a slot of its own.
    init(fed: [ComputeGraph.ValueID]) {
        for id in fed { _ = take(id) }
    }

    /// The slot of a value from now on.
    mutating func take(_ id: ComputeGraph.ValueID) -> Int {
        if let known = slot[id] { return known }
        let taken = free.popLast() ?? count
        count = max(count, taken + 1)
        slot[id] = taken
        return taken
    }

    /// Gives a value's slot to others.
    mutating func release(_ id: ComputeGraph.ValueID) {
        if let released = slot[id] { free.append(released) }
    }
}
