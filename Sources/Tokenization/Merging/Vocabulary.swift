/// The tokens of a vocabulary as they are spelled in the file, with their ids.
///
/// Tokens are compared as bytes, because `String` takes canonically equivalent ones for equal. All spellings lie
/// in one array, in the order in which they were inserted, and a hash table with open addressing finds them:
/// for the 150,000 tokens of a file that is an order of magnitude faster than a dictionary of arrays.
struct Vocabulary: Sendable {
    private var spellings: [UInt8] = []

    /// Where the spelling of each token ends.
    private var ends: [UInt32] = []
    private var ids: [Int] = []

    /// The hash table. Each slot holds the upper half of the hash of a spelling, which spares most comparisons
    /// that fail, and in its lower half the index of the token plus one; zero where there is none. The count is
    /// a power of two, and at least a quarter of the slots is free.
    private var slots: [UInt64]

    /// The token that has each id, once ``indexByID(file:field:)`` has been called.
    private var indices: [Int32] = []

    /// The number of tokens.
    var count: Int { ends.count }

    /// An empty vocabulary with room for `capacity` tokens.
    init(capacity: Int) {
        var slotCount = 16
        while slotCount * 3 < capacity * 4 { slotCount *= 2 }
        slots = Array(repeating: 0, count: slotCount)
        spellings.reserveCapacity(capacity * 8)
        ends.reserveCapacity(capacity)
        ids.reserveCapacity(capacity)
    }
}

// MARK: Looking up

extension Vocabulary {
    /// The id of the token that is spelled as the concatenation of both, if it is among the `limit` tokens that
    /// were inserted first.
    func id(
        of token: Span<UInt8>, followedBy rest: Span<UInt8> = Span(), amongFirst limit: Int = .max
    ) -> Int? {
        let slot = slots[slot(of: token, rest, hash: Self.hash(token, rest))]
        let index = Int(slot & 0xFFFF_FFFF) - 1
        return 0..<limit ~= index ? ids[index] : nil
    }

    /// ``id(of:followedBy:amongFirst:)``, first sought where the token was probably inserted, which takes a fraction
    /// of the time if it was.
    func id(of token: Span<UInt8>, followedBy rest: Span<UInt8>, probablyAt index: Int) -> Int? {
        if index < count {
            let range = range(index)
            if range.count == token.count + rest.count, isEqual(range.lowerBound, token),
                isEqual(range.lowerBound + token.count, rest)
            {
                return ids[index]
            }
        }
        return id(of: token, followedBy: rest)
    }

    /// The spelling of the token with this id.
    func token(_ id: Int) -> ArraySlice<UInt8>? {
        indices.indices.contains(id) ? spelling(Int(indices[id])) : nil
    }

    private func range(_ index: Int) -> Range<Int> {
        (index == 0 ? 0 : Int(ends[index - 1]))..<Int(ends[index])
    }

    private func spelling(_ index: Int) -> ArraySlice<UInt8> {
        spellings[range(index)]
    }

    private func name(_ index: Int) -> String {
        String(decoding: spelling(index), as: UTF8.self)
    }

    /// The slot of the token with this spelling, or the free one where it belongs.
    private func slot(of token: Span<UInt8>, _ rest: Span<UInt8> = Span(), hash: UInt64) -> Int {
        let mask = slots.count - 1
        var place = Int(truncatingIfNeeded: hash) & mask
        while true {
            let slot = slots[place]
            if slot == 0 { return place }
            if slot >> 32 == hash >> 32 {
                let range = range(Int(slot & 0xFFFF_FFFF) - 1)
                let middle = range.lowerBound + token.count
                if range.count == token.count + rest.count, isEqual(range.lowerBound, token),
                    isEqual(middle, rest)
                {
                    return place
                }
            }
            place = (place + 1) & mask
        }
    }

    /// Whether `text` is what stands in the array of spellings from `start` on.
    private func isEqual(_ start: Int, _ text: Span<UInt8>) -> Bool {
        for index in text.indices where spellings[start + index] != text[index] { return false }
        return true
    }

    /// FNV-1a, the halves mixed, because the lower bits choose the slot.
    private static func hash(_ token: Span<UInt8>, _ rest: Span<UInt8> = Span()) -> UInt64 {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        let prime: UInt64 = 0x100_0000_01B3
        for index in token.indices { hash = (hash ^ UInt64(token[index])) &* prime }
        for index in rest.indices { hash = (hash ^ UInt64(rest[index])) &* prime }
        return hash ^ hash >> 32
    }
}

// MARK: Building

extension Vocabulary {
    /// Adds a token, unless there is one with this spelling.
    ///
    /// - Returns: Whether it was added.
    mutating func insert(_ token: Span<UInt8>, id: Int) -> Bool {
        if (count + 1) * 4 > slots.count * 3 { grow() }
        let hash = Self.hash(token)
        let place = slot(of: token, hash: hash)
        guard slots[place] == 0 else { return false }
        for index in token.indices { spellings.append(token[index]) }
        ends.append(UInt32(spellings.count))
        ids.append(id)
        slots[place] = hash & ~0xFFFF_FFFF | UInt64(count)
        return true
    }

    private mutating func grow() {
        slots = Array(repeating: 0, count: slots.count * 2)
        for index in 0..<count {
            let spelling = Array(spelling(index))
            let hash = Self.hash(spelling.span)
            slots[slot(of: spelling.span, hash: hash)] = hash & ~0xFFFF_FFFF | UInt64(index + 1)
        }
    }

    /// Makes tokens available by id. Fails unless the ids are the numbers from zero to the number of tokens.
    mutating func indexByID(file: String, field: String) throws(TokenizerError) {
        indices = Array(repeating: -1, count: count)
        for (index, id) in ids.enumerated() {
            guard indices.indices.contains(id) else {
                throw .idOutOfRange(
                    file: file, field: field, token: name(index), id: id, vocabularySize: count)
            }
            guard indices[id] < 0 else {
                let other = name(Int(indices[id]))
                throw .duplicateID(file: file, field: field, token: name(index), otherToken: other, id: id)
            }
            indices[id] = Int32(index)
        }
    }
}
