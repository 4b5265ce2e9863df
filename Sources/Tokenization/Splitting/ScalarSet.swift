/// A set of Unicode scalars that a pattern matches.
struct ScalarSet: Sendable, Equatable {
    /// Where membership changes, in increasing order, beginning outside the set: scalars from the first number
    /// on are members, those from the second on are not, and so forth.
    private(set) var boundaries: [UInt32] = []

    /// Membership of the scalars below 64, and from 64 to 127: nearly all there is to look up.
    private var ascii: (UInt64, UInt64) = (0, 0)

    private static let end: UInt32 = 0x110000

    /// The scalars in any of the ranges, which may overlap and be in any order.
    init(_ ranges: [ClosedRange<UInt32>]) {
        for range in ranges.sorted(by: { $0.lowerBound < $1.lowerBound }) {
            if let last = boundaries.last, range.lowerBound <= last {
                boundaries[boundaries.count - 1] = max(last, range.upperBound + 1)
            } else {
                boundaries += [range.lowerBound, range.upperBound + 1]
            }
        }
        updateASCII()
    }

    init(_ scalar: Unicode.Scalar) {
        self.init([scalar.value...scalar.value])
    }

    static func == (left: ScalarSet, right: ScalarSet) -> Bool { left.boundaries == right.boundaries }

    @inline(__always)
    func contains(_ scalar: UInt32) -> Bool {
        if scalar < 64 { return ascii.0 >> UInt64(scalar) & 1 == 1 }
        if scalar < 128 { return ascii.1 >> UInt64(scalar - 64) & 1 == 1 }
        return search(scalar)
    }

    /// Whether an odd number of boundaries is at or below `scalar`.
    private func search(_ scalar: UInt32) -> Bool {
        var low = 0
        var high = boundaries.count
        while low < high {
            let middle = (low + high) / 2
            if boundaries[middle] <= scalar { low = middle + 1 } else { high = middle }
        }
        return low % 2 == 1
    }

    private mutating func updateASCII() {
        ascii = (0, 0)
        for scalar in UInt32(0)..<64 {
            if search(scalar) { ascii.0 |= 1 << UInt64(scalar) }
            if search(scalar + 64) { ascii.1 |= 1 << UInt64(scalar) }
        }
    }
}

// MARK: Combining sets

extension ScalarSet {
    var ranges: [ClosedRange<UInt32>] {
        stride(from: 0, to: boundaries.count, by: 2).map { boundaries[$0]...(boundaries[$0 + 1] - 1) }
    }

    func union(_ other: ScalarSet) -> ScalarSet {
        ScalarSet(ranges + other.ranges)
    }

    var inverted: ScalarSet {
        var result = self
        if result.boundaries.first == 0 {
            result.boundaries.removeFirst()
        } else {
            result.boundaries.insert(0, at: 0)
        }
        if result.boundaries.last == Self.end {
            result.boundaries.removeLast()
        } else {
            result.boundaries.append(Self.end)
        }
        result.updateASCII()
        return result
    }
}

// MARK: Named sets

extension ScalarSet {
    /// What `\s` matches: the property White_Space.
    static let whitespace = ScalarSet([
        0x09...0x0D, 0x20...0x20, 0x85...0x85, 0xA0...0xA0, 0x1680...0x1680, 0x2000...0x200A, 0x2028...0x2029,
        0x202F...0x202F, 0x205F...0x205F, 0x3000...0x3000,
    ])

    /// The scalars that are no character in the Unicode version of the tables.
    static let unassigned = ScalarSet(generalCategory: "Cn") ?? ScalarSet([])

    /// What `\p{name}` matches, where the name is that of a general category such as `Lu`, or its first letter
    /// for all categories that begin with it.
    init?(generalCategory name: String) {
        let wanted = GeneralCategoryTable.names.map { $0 == name || name.count == 1 && $0.hasPrefix(name) }
        guard wanted.contains(true) else { return nil }
        let runs = GeneralCategoryTable.runs
        self.init(
            runs.indices.filter { wanted[Int(runs[$0] & 31)] }.map { index in
                let next = index + 1 < runs.count ? runs[index + 1] >> 5 : Self.end
                return runs[index] >> 5...next - 1
            })
    }
}
