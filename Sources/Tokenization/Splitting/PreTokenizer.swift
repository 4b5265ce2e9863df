/// Cuts a text into the words within which tokens are merged.
struct PreTokenizer: Sendable {
    /// One step, applied to each piece that the step before it leaves.
    enum Step: Sendable {
        case split(Pattern, SplitBehavior, inverts: Bool)

        /// Put a space before each piece that does not begin with one.
        case addPrefixSpace
    }

    /// A part of a text in UTF-8.
    struct Word {
        let text: [UInt8]
        let range: Range<Int>
    }

    let steps: [Step]

    /// The words in `range` of `text`, which must be valid UTF-8, in order. None is empty.
    func words(of text: [UInt8], in range: Range<Int>) throws(TextEncodingError) -> [Word] {
        var words = range.isEmpty ? [] : [Word(text: text, range: range)]
        for step in steps {
            switch step {
            case .split(let pattern, let behavior, let inverts):
                var matcher = PatternMatcher(
                    pattern, byteCount: words.reduce(0) { $0 + $1.range.count })
                var parts: [Word] = []
                for word in words {
                    let matches = try matcher.matches(in: word.text, word.range)
                    parts += behavior.pieces(of: word.range, matches: matches, inverts: inverts)
                        .map { Word(text: word.text, range: $0) }
                }
                words = parts
            case .addPrefixSpace:
                words = words.map { word in
                    if word.text[word.range.lowerBound] == UInt8(ascii: " ") { return word }
                    let text = [UInt8(ascii: " ")] + word.text[word.range]
                    return Word(text: text, range: 0..<text.count)
                }
            }
        }
        return words
    }
}
