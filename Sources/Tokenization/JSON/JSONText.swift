/// A string of a JSON text: its place there, so that reading it copies nothing and counts no references.
struct JSONText {
    /// Between the quotation marks, in bytes.
    let range: Range<Int>
    /// What it says, if it has escapes.
    let unescaped: [UInt8]?
}

extension JSONReader {
    /// Calls `body` with the valid UTF-8 of a string that this reader has read.
    func withBytes<Result>(of text: JSONText, _ body: (Span<UInt8>) -> Result) -> Result {
        if let unescaped = text.unescaped { return body(unescaped.span) }
        return body(bytes.span.extracting(text.range))
    }

    func string(_ text: JSONText) -> String {
        String(decoding: slice(text), as: UTF8.self)
    }

    func slice(_ text: JSONText) -> ArraySlice<UInt8> {
        text.unescaped?[...] ?? bytes[text.range]
    }

    /// What is before and after the byte at an offset of a string.
    func split(_ text: JSONText, at offset: Int) -> (JSONText, JSONText) {
        if let unescaped = text.unescaped {
            return (
                JSONText(range: text.range, unescaped: Array(unescaped[..<offset])),
                JSONText(range: text.range, unescaped: Array(unescaped[(offset + 1)...]))
            )
        }
        let place = text.range.lowerBound + offset
        return (
            JSONText(range: text.range.lowerBound..<place, unescaped: nil),
            JSONText(range: place + 1..<text.range.upperBound, unescaped: nil)
        )
    }
}
