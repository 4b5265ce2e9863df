/// A text cannot be encoded.
package enum TextEncodingError: Error, Sendable, Equatable, CustomStringConvertible {
    /// A split pattern of the tokenizer is of a kind, such as `(?:a+)+`, that takes time exponential in the text.
    case patternTakesTooLong(steps: Int, byteCount: Int)

    package var description: String {
        switch self {
        case .patternTakesTooLong(let steps, let byteCount):
            "a pattern of the tokenizer's pre_tokenizer takes more than \(steps) steps on a text of "
                + "\(byteCount) bytes"
        }
    }
}
