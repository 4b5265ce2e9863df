/// A strict reader of JSON text that hands out one value after the other without building a tree.
///
/// It exists because a general parser takes ten times as long for a tokenizer's 11 MB as reading the vocabulary
/// and the merges straight into their tables does. It accepts exactly RFC 8259, without a byte order mark, and
/// bounds the depth of nesting.
struct JSONReader {
    /// The path that errors name.
    let file: String

    /// The text, which is checked as it is read, its encoding included.
    let bytes: [UInt8]

    /// Where the next value or punctuation is, or the space before it.
    var position = 0

    private static let maximumDepth = 64

    init(_ bytes: [UInt8], file: String) {
        self.file = file
        self.bytes = bytes
    }

    /// A reader of the same text at another place, to read a value that was skipped.
    func at(_ position: Int) -> JSONReader {
        var copy = self
        copy.position = position
        return copy
    }

    func error(_ reason: String) -> TokenizerError {
        .invalidJSON(file: file, offset: position, reason: reason)
    }
}

// MARK: Punctuation

extension JSONReader {
    /// The first byte of the next value or punctuation, or nil at the end of the text.
    mutating func peek() -> UInt8? {
        position = spaceEnd()
        return position < bytes.count ? bytes[position] : nil
    }

    private func spaceEnd() -> Int {
        let text = bytes.span
        var end = position
        while end < text.count {
            let byte = text[end]
            guard byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 else { break }
            end += 1
        }
        return end
    }

    /// Moves past `byte` if it is what comes next.
    mutating func skip(_ byte: Unicode.Scalar) -> Bool {
        guard peek() == UInt8(ascii: byte) else { return false }
        position += 1
        return true
    }

    /// Moves past `byte`, which must come next.
    mutating func expect(_ byte: Unicode.Scalar) throws(TokenizerError) {
        guard skip(byte) else {
            throw error(
                position < bytes.count ? "expected '\(byte)'" : "the text ends where '\(byte)' is expected")
        }
    }

    /// Makes sure that nothing follows.
    mutating func expectEnd() throws(TokenizerError) {
        guard peek() == nil else { throw error("text after the end of the value") }
    }

    /// Moves past what separates or ends the members of an array or object, and says whether one follows.
    ///
    /// `isFirst` holds before the first member.
    mutating func nextMember(isFirst: Bool, closing: Unicode.Scalar) throws(TokenizerError) -> Bool {
        if skip(closing) { return false }
        if !isFirst { try expect(",") }
        return true
    }
}

// MARK: Values

extension JSONReader {
    /// The next value as a tree.
    mutating func readValue(depth: Int = 0) throws(TokenizerError) -> JSONValue {
        guard depth < Self.maximumDepth else { throw error("nested more than \(Self.maximumDepth) deep") }
        switch peek() {
        case UInt8(ascii: "{"):
            return try readObject(depth: depth)
        case UInt8(ascii: "["):
            position += 1
            var elements: [JSONValue] = []
            while try nextMember(isFirst: elements.isEmpty, closing: "]") {
                elements.append(try readValue(depth: depth + 1))
            }
            return .array(elements)
        case UInt8(ascii: "\""):
            return .string(try readString())
        case UInt8(ascii: "t"): return try readWord("true", as: .bool(true))
        case UInt8(ascii: "f"): return try readWord("false", as: .bool(false))
        case UInt8(ascii: "n"): return try readWord("null", as: .null)
        default: return .number(try readNumber())
        }
    }

    /// Moves past the next value, which is checked as if it were read.
    mutating func skipValue() throws(TokenizerError) {
        _ = try readValue()
    }

    private mutating func readObject(depth: Int) throws(TokenizerError) -> JSONValue {
        try expect("{")
        var members: [(key: String, value: JSONValue)] = []
        // Not strings, of which canonically equivalent ones are equal.
        var keys: Set<ArraySlice<UInt8>> = []
        while try nextMember(isFirst: members.isEmpty, closing: "}") {
            let key = try readText()
            let name = string(key)
            guard keys.insert(slice(key)).inserted else {
                throw error("the key \(quoted(name)) occurs twice")
            }
            try expect(":")
            members.append((name, try readValue(depth: depth + 1)))
        }
        return .object(members)
    }

    private mutating func readWord(
        _ word: StaticString, as value: JSONValue
    ) throws(TokenizerError) -> JSONValue {
        for byte in word.description.utf8 {
            guard position < bytes.count, bytes[position] == byte else { throw error("expected '\(word)'") }
            position += 1
        }
        return value
    }
}

// MARK: Numbers

extension JSONReader {
    /// The text of the next value, which must be a number.
    mutating func readNumber() throws(TokenizerError) -> String {
        String(decoding: bytes[try skipNumber()], as: UTF8.self)
    }

    /// The next value if it is an integer that fits; else nil, and the value is still the next one.
    mutating func readInteger() throws(TokenizerError) -> Int? {
        guard let byte = peek(), byte == UInt8(ascii: "-") || Self.isDigit(byte) else { return nil }
        let number = try skipNumber()
        // Nearly all are short and without a sign, and need no detour over text.
        if number.count <= 18, bytes[number].allSatisfy(Self.isDigit) {
            return bytes[number].reduce(0) { $0 * 10 + Int($1 - UInt8(ascii: "0")) }
        }
        if let integer = Int(String(decoding: bytes[number], as: UTF8.self)) { return integer }
        position = number.lowerBound
        return nil
    }

    /// Moves past the next value, which must be a number, and returns where it was.
    private mutating func skipNumber() throws(TokenizerError) -> Range<Int> {
        _ = peek()
        let start = position
        skipByte { $0 == UInt8(ascii: "-") }
        if !skipByte({ $0 == UInt8(ascii: "0") }) {
            try expectDigits(start == position ? "expected a value" : "expected a digit")
        }
        if skipByte({ $0 == UInt8(ascii: ".") }) { try expectDigits("expected a digit") }
        if skipByte({ $0 | 0x20 == UInt8(ascii: "e") }) {
            skipByte { $0 == UInt8(ascii: "+") || $0 == UInt8(ascii: "-") }
            try expectDigits("expected a digit")
        }
        return start..<position
    }

    private static func isDigit(_ byte: UInt8) -> Bool {
        byte &- UInt8(ascii: "0") < 10
    }

    @discardableResult
    private mutating func skipByte(_ isWanted: (UInt8) -> Bool) -> Bool {
        guard position < bytes.count, isWanted(bytes[position]) else { return false }
        position += 1
        return true
    }

    private mutating func expectDigits(_ reason: String) throws(TokenizerError) {
        guard skipByte(Self.isDigit) else {
            throw error(position < bytes.count ? reason : "the text ends too early")
        }
        while skipByte(Self.isDigit) {}
    }
}
