/// Why a tokenizer file cannot be used.
///
/// Every case carries the path of the file, and the field within it where there is one, such as
/// `pre_tokenizer.pretokenizers[0].behavior`.
package enum TokenizerError: Error, Sendable, Equatable {
    /// The file cannot be opened or read.
    case unreadable(file: String, reason: String)

    /// The path names a directory, a device, a pipe or the like.
    case notRegularFile(file: String)

    /// The file is larger than any tokenizer is.
    case fileTooLarge(file: String, bytes: Int, limit: Int)

    /// The file is not well-formed JSON.
    case invalidJSON(file: String, offset: Int, reason: String)

    /// An object lacks a field that it must have.
    case missingField(file: String, field: String)

    /// A field holds a value of another type.
    case wrongType(file: String, field: String, expected: String, found: String)

    /// A field asks for something that this tokenizer does not do, and must not ignore.
    case unsupported(file: String, field: String, value: String)

    /// A pattern is not in the part of the regular expression syntax that is understood.
    case unsupportedPattern(file: String, field: String, pattern: String, reason: String)

    /// An id is negative, or too large for a vocabulary without holes.
    case idOutOfRange(file: String, field: String, token: String, id: Int, vocabularySize: Int)

    /// Two tokens have one id.
    case duplicateID(file: String, field: String, token: String, otherToken: String, id: Int)

    /// A token is listed twice.
    case duplicateToken(file: String, field: String, token: String)

    /// An added token is in the vocabulary with another id.
    case conflictingID(file: String, field: String, token: String, id: Int, vocabularyID: Int)

    /// The vocabulary has no token for a byte, so some texts have no ids.
    case missingByte(file: String, field: String, byte: UInt8, token: String)

    /// A merge is not a pair of tokens.
    case malformedMerge(file: String, field: String, value: String)

    /// A merge has a part or a result that is not in the vocabulary.
    case unknownMergeToken(file: String, field: String, token: String)
}

extension TokenizerError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .unreadable(let file, let reason):
            "\(file): cannot read the tokenizer: \(reason)"
        case .notRegularFile(let file):
            "\(file): not a regular file"
        case .fileTooLarge(let file, let bytes, let limit):
            "\(file): \(bytes) bytes are too many for a tokenizer, the limit is \(limit)"
        case .invalidJSON(let file, let offset, let reason):
            "\(file): not valid JSON at byte \(offset): \(reason)"
        case .missingField(let file, let field):
            "\(file): \(field) is missing"
        case .wrongType(let file, let field, let expected, let found):
            "\(file): \(field) must be \(expected), found \(found)"
        case .unsupported(let file, let field, let value):
            "\(file): \(field) is \(value), which is not supported"
        case .unsupportedPattern(let file, let field, let pattern, let reason):
            "\(file): \(field) is \(quoted(pattern)), which is not supported: \(reason)"
        case .idOutOfRange(let file, let field, let token, let id, let size):
            "\(file): \(field) gives \(quoted(token)) the id \(id), but \(size) tokens have the ids 0 to \(size - 1)"
        case .duplicateID(let file, let field, let token, let otherToken, let id):
            "\(file): \(field) gives \(quoted(token)) the id \(id), which \(quoted(otherToken)) has"
        case .duplicateToken(let file, let field, let token):
            "\(file): \(field) lists \(quoted(token)) twice"
        case .conflictingID(let file, let field, let token, let id, let vocabularyID):
            "\(file): \(field) gives \(quoted(token)) the id \(id), but model.vocab the id \(vocabularyID)"
        case .missingByte(let file, let field, let byte, let token):
            "\(file): \(field) lacks \(quoted(token)), the token of byte \(byte)"
        case .malformedMerge(let file, let field, let value):
            "\(file): \(field) is \(value), not a pair of tokens"
        case .unknownMergeToken(let file, let field, let token):
            "\(file): \(field) refers to \(quoted(token)), which is not in model.vocab"
        }
    }
}

/// `text` in quotation marks for a message: one line, control characters escaped, cut when long.
func quoted(_ text: String) -> String {
    let limit = 80
    var result = "\""
    for scalar in text.unicodeScalars.prefix(limit) {
        switch scalar {
        case "\"", "\\": result += "\\\(scalar)"
        case _ where scalar.properties.generalCategory == .control: result += scalar.escaped(asASCII: true)
        default: result.unicodeScalars.append(scalar)
        }
    }
    return result + (text.unicodeScalars.count > limit ? "…\"" : "\"")
}
