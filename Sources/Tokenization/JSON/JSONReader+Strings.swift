// MARK: Strings

extension JSONReader {
    /// The next value, which must be a string.
    mutating func readString() throws(TokenizerError) -> String {
        string(try readText())
    }

    /// The next value, which must be a string, wherever it is.
    mutating func readText() throws(TokenizerError) -> JSONText {
        try expect("\"")
        let start = position
        position = try plainTextEnd()
        if position < bytes.count, bytes[position] == UInt8(ascii: "\"") {
            position += 1
            return JSONText(range: start..<position - 1, unescaped: nil)
        }
        var content = Array(bytes[start..<position])
        while true {
            guard position < bytes.count else { throw error("the text ends within a string") }
            switch bytes[position] {
            case UInt8(ascii: "\""):
                position += 1
                return JSONText(range: start..<position - 1, unescaped: content)
            case UInt8(ascii: "\\"):
                try readEscape(into: &content)
            case ..<0x20:
                throw error("a control character within a string")
            default:
                let start = position
                position = try plainTextEnd()
                content += bytes[start..<position]
            }
        }
    }

    /// Where the next quotation mark, backslash or control character is, or the end.
    private func plainTextEnd() throws(TokenizerError) -> Int {
        let text = bytes.span
        let start = position
        var end = start
        var isSurelyValid = true
        while end < text.count {
            let byte = text[end]
            if byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") { break }
            end += 1
            if byte < 0x80 { continue }
            // Two bytes spell all that the byte-level alphabet has beyond ASCII, and need no closer look.
            if 0xC2..<0xE0 ~= byte, end < text.count, text[end] & 0xC0 == 0x80 {
                end += 1
            } else {
                isSurelyValid = false
            }
        }
        // Outside of strings, what is not ASCII is an error anyway.
        if !isSurelyValid {
            do {
                _ = try UTF8Span(validating: text.extracting(start..<end))
            } catch {
                throw .invalidJSON(
                    file: file, offset: start + error.byteOffsets.lowerBound, reason: "not valid UTF-8")
            }
        }
        return end
    }

    private mutating func readEscape(into content: inout [UInt8]) throws(TokenizerError) {
        guard position + 1 < bytes.count else { throw error("the text ends within a string") }
        switch bytes[position + 1] {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): content.append(bytes[position + 1])
        case UInt8(ascii: "b"): content.append(0x08)
        case UInt8(ascii: "f"): content.append(0x0C)
        case UInt8(ascii: "n"): content.append(0x0A)
        case UInt8(ascii: "r"): content.append(0x0D)
        case UInt8(ascii: "t"): content.append(0x09)
        case UInt8(ascii: "u"): return try readUnicodeEscape(into: &content)
        default: throw error("unknown escape")
        }
        position += 2
    }

    private mutating func readUnicodeEscape(into content: inout [UInt8]) throws(TokenizerError) {
        let first = try readHexEscape()
        var value = first
        if first & 0xFC00 == 0xD800 {
            let second = try readHexEscape()
            guard second & 0xFC00 == 0xDC00 else { throw error("half of a surrogate pair") }
            value = 0x10000 + (first & 0x3FF) << 10 + second & 0x3FF
        }
        guard let scalar = Unicode.Scalar(value) else { throw error("half of a surrogate pair") }
        content.append(utf8Of: scalar)
    }

    /// The number in `\uXXXX`.
    private mutating func readHexEscape() throws(TokenizerError) -> UInt32 {
        let digits = bytes[position...].prefix(6)
        guard digits.starts(with: "\\u".utf8), digits.count == 6,
            digits.dropFirst(2).allSatisfy({ Character(Unicode.Scalar($0)).isHexDigit }),
            let value = UInt32(String(decoding: digits.dropFirst(2), as: UTF8.self), radix: 16)
        else { throw error("expected \\u and four hexadecimal digits") }
        position += 6
        return value
    }
}
