/// The generated tables of canonical mappings, arranged for looking up.
struct CanonicalMappings: Sendable {
    /// What a scalar decomposes into, one step. The second part is zero if there is only one.
    private(set) var decompositions: [UInt32: (first: UInt32, second: UInt32)] = [:]

    /// Composites by their two parts, the first one in the upper half of the key.
    private(set) var composites: [UInt64: UInt32] = [:]

    static let shared = CanonicalMappings()

    private init() {
        let composites = CanonicalTable.composites
        for index in stride(from: 0, to: composites.count, by: 3) {
            let (whole, first, second) = (composites[index], composites[index + 1], composites[index + 2])
            decompositions[whole] = (first, second)
            self.composites[UInt64(first) << 32 | UInt64(second)] = whole
        }
        let exclusions = CanonicalTable.exclusions
        for index in stride(from: 0, to: exclusions.count, by: 3) {
            decompositions[exclusions[index]] = (exclusions[index + 1], exclusions[index + 2])
        }
        let singletons = CanonicalTable.singletons
        for index in stride(from: 0, to: singletons.count, by: 2) {
            decompositions[singletons[index]] = (singletons[index + 1], 0)
        }
    }

    /// The canonical combining class of a scalar: 0 for everything but marks that are reordered.
    static func combiningClass(_ scalar: UInt32) -> UInt32 {
        let table = CanonicalTable.combiningClasses
        var low = 0
        var high = table.count / 3
        while low < high {
            let middle = (low + high) / 2
            if table[middle * 3 + 1] < scalar { low = middle + 1 } else { high = middle }
        }
        return low * 3 < table.count && table[low * 3] <= scalar ? table[low * 3 + 2] : 0
    }
}
