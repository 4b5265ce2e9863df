/// Turns tokens into text one by one, as a model produces them.
///
/// A character may take several tokens, so text is held back until it is known to be complete. All pieces
/// together, with that of ``finish()``, are what ``Tokenizer/decode(_:skipSpecialTokens:)`` makes of all tokens.
package struct TokenStreamDecoder: Sendable {
    private let tokenizer: Tokenizer
    private let skipSpecialTokens: Bool

    /// The beginning of a character whose rest has not come yet: at most three bytes between calls.
    private var pending: [UInt8] = []

    package init(_ tokenizer: Tokenizer, skipSpecialTokens: Bool = false) {
        self.tokenizer = tokenizer
        self.skipSpecialTokens = skipSpecialTokens
    }

    /// The text that is complete with this token.
    package mutating func push(_ id: Int) -> String {
        tokenizer.append(bytesOf: id, skipSpecialTokens: skipSpecialTokens, to: &pending)
        let end = pending.count - Self.incompleteSuffixLength(of: pending)
        let text = String(decoding: pending[..<end], as: UTF8.self)
        pending.removeFirst(end)
        return text
    }

    /// What is left when no more tokens come: an incomplete character is replaced by U+FFFD.
    package mutating func finish() -> String {
        defer { pending.removeAll() }
        return String(decoding: pending, as: UTF8.self)
    }

    /// The number of bytes at the end that may be the beginning of a character.
    private static func incompleteSuffixLength(of bytes: [UInt8]) -> Int {
        for length in 1...3 where length <= bytes.count {
            let suffix = bytes.suffix(length)
            if let lead = suffix.first, lead & 0xC0 != 0x80 {
                return isIncomplete(Array(suffix), lead: lead) ? length : 0
            }
        }
        return 0
    }

    /// Whether `bytes`, which are `lead` and continuation bytes, can be continued to one character.
    private static func isIncomplete(_ bytes: [UInt8], lead: UInt8) -> Bool {
        switch lead {
        case 0xC2...0xDF: return bytes.count < 2
        case 0xE0...0xEF:
            guard bytes.count < 3 else { return false }
        case 0xF0...0xF4:
            guard bytes.count < 4 else { return false }
        default: return false
        }
        guard bytes.count > 1 else { return true }
        // The second byte must exclude overlong forms, surrogates and what is past U+10FFFF.
        switch lead {
        case 0xE0: return bytes[1] >= 0xA0
        case 0xED: return bytes[1] < 0xA0
        case 0xF0: return bytes[1] >= 0x90
        case 0xF4: return bytes[1] < 0x90
        default: return true
        }
    }
}
