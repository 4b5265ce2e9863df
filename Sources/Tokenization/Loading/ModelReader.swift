/// Reads the member `model`: the vocabulary and the merges straight into their tables, the rest as values.
struct ModelReader {
    private(set) var vocabulary: Vocabulary
    private(set) var merger = PairMerger(merges: MergeTable(capacity: 0), byteTokens: [])
    private(set) var ignoresMerges = false

    /// Reads the value that comes next in `reader`.
    init(_ reader: inout JSONReader) throws(TokenizerError) {
        // A token takes some 64 bytes of a pretty-printed file, and less of a compact one, in which they are added.
        vocabulary = Vocabulary(capacity: reader.bytes.count / 64)
        var values: [String: JSONValue] = [:]
        var mergesPosition: Int?
        var merges: MergeTable?
        var isFirst = true
        try Self.expect("{", "model", "an object", &reader)
        while try reader.nextMember(isFirst: isFirst, closing: "}") {
            isFirst = false
            let key = try reader.readString()
            let isRepeated =
                switch key {
                case "vocab": vocabulary.count > 0
                case "merges": mergesPosition != nil
                default: values[key] != nil
                }
            guard !isRepeated else { throw reader.error("the key \(quoted(key)) occurs twice") }
            try reader.expect(":")
            switch key {
            case "vocab":
                try readVocabulary(&reader)
            case "merges":
                mergesPosition = reader.position
                // Merges are in terms of tokens: if the vocabulary comes behind them, they are read again.
                if vocabulary.count > 0 {
                    merges = try readMerges(&reader)
                } else {
                    try reader.skipValue()
                }
            default:
                values[key] = try reader.readValue()
            }
        }
        let file = reader.file
        let field = JSONField(file: file, path: "model", value: .object(values.map { ($0.key, $0.value) }))
        try readOptions(field)
        guard vocabulary.count > 0 else { throw .missingField(file: file, field: "model.vocab") }
        guard let mergesPosition else { throw .missingField(file: file, field: "model.merges") }
        if merges == nil {
            var earlier = reader.at(mergesPosition)
            merges = try readMerges(&earlier)
        }
        let table = merges ?? MergeTable(capacity: 0)
        merger = PairMerger(merges: table, byteTokens: try byteTokens(file: file))
    }

    private static func expect(
        _ punctuation: Unicode.Scalar, _ field: String, _ expected: String, _ reader: inout JSONReader
    ) throws(TokenizerError) {
        guard reader.skip(punctuation) else {
            let found = try reader.readValue().typeName
            throw .wrongType(file: reader.file, field: field, expected: expected, found: found)
        }
    }

    /// Checks the options. Those about unknown characters have no effect, because every byte has a token.
    private mutating func readOptions(_ field: JSONField) throws(TokenizerError) {
        guard try field.type() == "BPE" else { throw field.unsupportedType }
        let members = try field.members(
            "type", "dropout", "unk_token", "continuing_subword_prefix", "end_of_word_suffix", "fuse_unk",
            "byte_fallback", "ignore_merges")
        let dropout = members.optional("dropout")
        switch dropout.value {
        case .null: break
        case .number(let text) where Double(text) == 0: break
        default: throw dropout.unsupported
        }
        for name in ["continuing_subword_prefix", "end_of_word_suffix"] {
            let affix = members.optional(name)
            if !affix.isNull, !(try affix.string().isEmpty) { throw affix.unsupported }
        }
        if !members.optional("unk_token").isNull { _ = try members.optional("unk_token").string() }
        if members.values["fuse_unk"] != nil { _ = try members.optional("fuse_unk").bool() }
        if members.values["byte_fallback"] != nil, try members.optional("byte_fallback").bool() {
            throw members.optional("byte_fallback").unsupported
        }
        if members.values["ignore_merges"] != nil {
            ignoresMerges = try members.optional("ignore_merges").bool()
        }
    }
}

// MARK: Vocabulary

extension ModelReader {
    private mutating func readVocabulary(_ reader: inout JSONReader) throws(TokenizerError) {
        let field = "model.vocab"
        try Self.expect("{", field, "an object", &reader)
        while try reader.nextMember(isFirst: vocabulary.count == 0, closing: "}") {
            let token = try reader.readStringBytes()
            try reader.expect(":")
            guard let id = try reader.readInteger() else {
                let found = try reader.readValue().typeName
                let name = quoted(String(decoding: token, as: UTF8.self))
                throw .wrongType(
                    file: reader.file, field: "\(field)[\(name)]", expected: "an integer", found: found)
            }
            guard vocabulary.insert(token, id: id) else {
                throw .duplicateToken(
                    file: reader.file, field: field, token: String(decoding: token, as: UTF8.self))
            }
        }
    }

    /// The token of each byte.
    private func byteTokens(file: String) throws(TokenizerError) -> [UInt32] {
        var tokens: [UInt32] = []
        for byte in UInt8.min...UInt8.max {
            let token = ByteAlphabet.spelling(of: CollectionOfOne(byte))
            guard let id = vocabulary.id(of: token[...]) else {
                throw .missingByte(
                    file: file, field: "model.vocab", byte: byte,
                    token: String(decoding: token, as: UTF8.self))
            }
            tokens.append(UInt32(truncatingIfNeeded: id))
        }
        return tokens
    }
}

// MARK: Merges

extension ModelReader {
    private func readMerges(_ reader: inout JSONReader) throws(TokenizerError) -> MergeTable {
        try Self.expect("[", "model.merges", "an array", &reader)
        var table = MergeTable(capacity: vocabulary.count)
        var index = 0
        var rank: UInt32 = 0
        while try reader.nextMember(isFirst: index == 0, closing: "]") {
            _ = reader.peek()
            let start = reader.position
            switch try Self.readEntry(&reader) {
            case .pair(let left, let right):
                table.insert(
                    try token(left, index, reader.file), try token(right, index, reader.file),
                    MergeTable.Merge(
                        rank: rank,
                        // Files list the 256 bytes, then the tokens in the order in which merges make them.
                        result: try token(
                            left, followedBy: right, probablyAt: 256 + Int(rank), index, reader.file)))
                rank += 1
            case .comment: break
            case .malformed:
                reader.position = start
                throw .malformedMerge(
                    file: reader.file, field: "model.merges[\(index)]", value: try reader.readValue().typeName
                )
            }
            index += 1
        }
        return table
    }

    private enum MergeEntry {
        case pair(ArraySlice<UInt8>, ArraySlice<UInt8>)
        case comment
        case malformed
    }

    /// Reads `"a b"` or `["a", "b"]`.
    private static func readEntry(_ reader: inout JSONReader) throws(TokenizerError) -> MergeEntry {
        if reader.skip("[") {
            guard reader.peek() == UInt8(ascii: "\"") else { return .malformed }
            let left = try reader.readStringBytes()
            guard reader.skip(","), reader.peek() == UInt8(ascii: "\"") else { return .malformed }
            let right = try reader.readStringBytes()
            return reader.skip("]") ? .pair(left, right) : .malformed
        }
        guard reader.peek() == UInt8(ascii: "\"") else { return .malformed }
        let text = try reader.readStringBytes()
        // In the old form such a line tells the version.
        if text.starts(with: "#version".utf8) { return .comment }
        let parts = text.split(separator: UInt8(ascii: " "), omittingEmptySubsequences: false)
        return parts.count == 2 ? .pair(parts[0], parts[1]) : .malformed
    }

    /// The token that is spelled as the concatenation of both.
    private func token(
        _ left: ArraySlice<UInt8>, followedBy right: ArraySlice<UInt8> = [], probablyAt place: Int? = nil,
        _ index: Int, _ file: String
    ) throws(TokenizerError) -> UInt32 {
        let id =
            if let place {
                vocabulary.id(of: left, followedBy: right, probablyAt: place)
            } else {
                vocabulary.id(of: left, followedBy: right)
            }
        guard let id else {
            throw .unknownMergeToken(
                file: file, field: "model.merges[\(index)]",
                token: String(decoding: left + right, as: UTF8.self))
        }
        return UInt32(truncatingIfNeeded: id)
    }
}
