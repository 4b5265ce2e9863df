import Foundation
import Kernels
import Testing
import Threading

/// Attention of many queries at a time, against the definition in float64.
@Suite struct ManyQueriesTests {
    private static let pool = ThreadPool(threads: 2)

    private struct Case: CustomStringConvertible {
        var entries = 1
        var heads = 1
        var group = 1
        var queries: Int
        var keys: Int
        var size = 16
        var valueSize = 16
        /// Query `i` sees keys from `i + first` up to `i + end`.
        var first = -1 << 42
        var end = 1 << 42
        /// Keys that there are not, of all.
        var missing = 0

        var description: String {
            "\(entries) × \(heads)/\(group) heads, \(queries) queries × \(keys) - \(missing) keys, \(size), \(valueSize), \(first)..<\(end)"
        }
    }

    /// Numbers about the lanes, panels and tiles of every instruction set.
    private static let cases: [Case] = {
        var cases: [Case] = []
        for queries in [1, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 32, 33, 70] {
            cases.append(Case(queries: queries, keys: 21))
            cases.append(Case(queries: queries, keys: queries, end: 1))
        }
        for keys in [1, 2, 3, 4, 5, 6, 7, 12, 13, 14, 15, 28, 29, 159, 160, 161, 331] {
            cases.append(Case(queries: 18, keys: keys))
            cases.append(Case(queries: 40, keys: keys + 39, size: 8, end: keys))
        }
        for size in [1, 2, 3, 5, 7, 8, 9, 15, 17, 64, 128, 161] {
            cases.append(Case(queries: 19, keys: 23, size: size))
            cases.append(Case(queries: 19, keys: 23, valueSize: size))
        }
        // Windows to the left, to both sides, ahead only.
        for (first, end) in [(-4, 1), (-3, 5), (0, 1), (2, 6), (-50, 20), (-33, -1)] {
            cases.append(Case(queries: 75, keys: 90, first: first, end: max(1, end)))
        }
        cases.append(Case(entries: 2, heads: 6, group: 3, queries: 37, keys: 50, end: 9, missing: 4))
        cases.append(Case(entries: 3, heads: 2, group: 2, queries: 104, keys: 104, size: 64, valueSize: 64))
        return cases
    }()

    /// Random rows of all heads, further apart than they are long, and positions before heads, as projections have them,
    /// or after.
    private struct Rows {
        let elements: [Float]
        let entries: Int
        let heads: Int
        let count: Int
        let size: Int
        let strides: (entry: Int, head: Int, row: Int)

        init(_ shape: Case, heads: Int, count: Int, size: Int, variant: Int, _ numbers: inout Numbers) {
            let length = size + variant % 3
            strides =
                variant % 2 == 0
                ? (count * heads * length, length, heads * length)
                : (count * heads * length, count * length, length)
            elements = numbers.floats(shape.entries * strides.entry)
            entries = shape.entries
            self.heads = heads
            self.count = count
            self.size = size
        }

        var rows: HeadRows {
            @_lifetime(borrow self)
            get {
                HeadRows(
                    elements.span, entries: entries, heads: heads, rows: count, size: size, strides: strides)
            }
        }

        func row(_ entry: Int, _ head: Int, _ place: Int) -> [Double] {
            let start = entry * strides.entry + head * strides.head + place * strides.row
            return elements[start..<start + size].map { Double($0) }
        }
    }

    /// One head's attended value of one query.
    private static func attended(_ query: [Double], _ keys: [[Double]], _ values: [[Double]]) -> [Double] {
        let scores = keys.map { key in 3 * zip(query, key).reduce(0.0) { $0 + $1.0 * $1.1 } }
        let largest = scores.max() ?? 0
        let powers = scores.map { exp($0 - largest) }
        let sum = powers.reduce(0, +)
        var result = [Double](repeating: 0, count: values[0].count)
        for (power, value) in zip(powers, values) {
            for place in result.indices { result[place] += power / sum * value[place] }
        }
        return result
    }

    @Test(arguments: InstructionSet.supported)
    func anyShape(_ set: InstructionSet) {
        for (index, shape) in Self.cases.enumerated() {
            var numbers = Numbers(seed: index)
            let keyHeads = shape.heads / shape.group
            let q = Rows(
                shape, heads: shape.heads, count: shape.queries, size: shape.size, variant: index, &numbers)
            let k = Rows(
                shape, heads: keyHeads, count: shape.keys, size: shape.size, variant: index / 2, &numbers)
            let v = Rows(
                shape, heads: keyHeads, count: shape.keys, size: shape.valueSize, variant: index / 3, &numbers
            )
            let counts = (0..<shape.entries).map { shape.keys - $0 * shape.missing }
            var expected: [Double] = []
            for (entry, count) in counts.enumerated() {
                for query in 0..<shape.queries {
                    let seen = (0..<count).filter {
                        (query + shape.first..<query + shape.end).contains($0)
                    }
                    for head in 0..<shape.heads {
                        let keyHead = head / shape.group
                        expected += Self.attended(
                            q.row(entry, head, query), seen.map { k.row(entry, keyHead, $0) },
                            seen.map { v.row(entry, keyHead, $0) })
                    }
                }
            }
            var output = [Float](repeating: .nan, count: expected.count)
            var span = output.mutableSpan
            KernelTable(set).attend(
                q.rows, keys: k.rows, values: v.rows, scale: 3,
                visible: counts.map { VisibleKeys(first: shape.first, end: shape.end, count: $0) },
                into: &span, on: Self.pool)
            #expect(relativeError(output, expected) < 5e-6, "\(shape)")
        }
    }

    @Test func whatIsSeen() {
        let all = 1 << 42
        #expect(VisibleKeys(first: -all, end: all, count: 1).areSeen(byAll: 1_000))
        #expect(VisibleKeys(first: -all, end: 1, count: 1).areSeen(byAll: 5))
        #expect(VisibleKeys(first: 0, end: 1, count: 5).areSeen(byAll: 5))
        #expect(!VisibleKeys(first: 0, end: 1, count: 4).areSeen(byAll: 5))
        #expect(!VisibleKeys(first: -all, end: 0, count: 5).areSeen(byAll: 5))
        #expect(!VisibleKeys(first: 2, end: 2, count: 9).areSeen(byAll: 1))
        #expect(!VisibleKeys(first: -all, end: all, count: 0).areSeen(byAll: 1))
        #expect(!VisibleKeys(first: -all, end: all, count: 1).areSeen(byAll: 0))
    }
}
