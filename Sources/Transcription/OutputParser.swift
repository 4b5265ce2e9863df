internal import Tokenization

/// Takes apart what the model writes: `language English<asr_text>the text`.
///
/// Text is given out as soon as it is certain: after the tag, or all of it at the end if there is none. When
/// the language was forced, the tag is part of the prompt and everything is text.
package struct OutputParser {
    private let tokenizer: Tokenizer
    private let tag: Int
    private var decoder: TokenStreamDecoder
    /// Output before the tag; nil once the text has begun.
    private var preamble: [Int]?
    private let forced: Language?

    init(_ tokenizer: Tokenizer, tag: Int, forced: Language?) {
        self.tokenizer = tokenizer
        self.tag = tag
        self.forced = forced
        decoder = TokenStreamDecoder(tokenizer, skipSpecialTokens: true)
        preamble = forced == nil ? [] : nil
    }

    /// Adds a token.
    ///
    /// - Returns: text that became certain.
    mutating func push(_ token: Int) -> String {
        guard preamble != nil else { return decoder.push(token) }
        if token == tag {
            preamble = nil
        } else {
            preamble?.append(token)
        }
        return ""
    }

    /// Language and text of a whole output.
    func parse(_ tokens: [Int]) -> (language: String, text: String) {
        if let forced { return (forced.name, decode(tokens[...])) }
        guard let position = tokens.firstIndex(of: tag) else { return ("", decode(tokens[...])) }
        return (Self.language(in: decode(tokens[..<position])), decode(tokens[(position + 1)...]))
    }

    private func decode(_ tokens: ArraySlice<Int>) -> String {
        tokenizer.decode(Array(tokens), skipSpecialTokens: true).trimmed
    }

    /// The language that the words before the tag name; empty for `language None`.
    package static func language(in preamble: String) -> String {
        let prefix = "language "
        if preamble.lowercased().contains("language none") { return "" }
        for line in preamble.split(whereSeparator: \.isNewline) {
            let line = String(line).trimmed
            guard line.lowercased().hasPrefix(prefix) else { continue }
            let name = String(line.dropFirst(prefix.count)).trimmed
            if !name.isEmpty { return Language(name)?.name ?? name }
        }
        return ""
    }
}

extension String {
    /// Without white space at both ends.
    var trimmed: String {
        guard let first = firstIndex(where: { !$0.isWhitespace }),
            let last = lastIndex(where: { !$0.isWhitespace })
        else { return "" }
        return String(self[first...last])
    }
}
