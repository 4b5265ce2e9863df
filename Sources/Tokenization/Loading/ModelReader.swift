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
            let token = try reader.readText()
            try reader.expect(":")
            guard let id = try reader.readInteger() else {
                let found = try reader.readValue().typeName
                let name = quoted(reader.string(token))
                throw .wrongType(
                    file: reader.file, field: "\(field)[\(name)]", expected: "an integer", found: found)
            }
            guard reader.withBytes(of: token, { vocabulary.insert($0, id: id) }) else {
                throw .duplicateToken(file: reader.file, field: field, token: reader.string(token))
            }
        }
    }

    /// The token of each byte.
    private func byteTokens(file: String) throws(TokenizerError) -> [UInt32] {
        var tokens: [UInt32] = []
        for byte in UInt8.min...UInt8.max {
            let token = ByteAlphabet.spelling(of: CollectionOfOne(byte))
            guard let id = vocabulary.id(of: token.span) else {
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
                let pair = (try token(left, index, reader), try token(right, index, reader))
                // Files list the 256 bytes, then the tokens in the order in which merges make them.
                let result = try token(left, followedBy: right, probablyAt: 256 + Int(rank), index, reader)
                table.insert(pair.0, pair.1, MergeTable.Merge(rank: rank, result: result))
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
        case pair(JSONText, JSONText)
        case comment
        case malformed
    }

    /// Reads `"a b"` or `["a", "b"]`.
    private static func readEntry(_ reader: inout JSONReader) throws(TokenizerError) -> MergeEntry {
        if reader.skip("[") {
            guard reader.peek() == UInt8(ascii: "\"") else { return .malformed }
            let left = try reader.readText()
            guard reader.skip(","), reader.peek() == UInt8(ascii: "\"") else { return .malformed }
            let right = try reader.readText()
            return reader.skip("]") ? .pair(left, right) : .malformed
        }
        guard reader.peek() == UInt8(ascii: "\"") else { return .malformed }
        let text = try reader.readText()
        // In the old form such a line tells the version.
        if reader.slice(text).starts(with: "#version".utf8) { return .comment }
        guard let space = reader.withBytes(of: text, onlySpace) else { return .malformed }
        let (left, right) = reader.split(text, at: space)
        return .pair(left, right)
    }

    /// Where the space is, if there is just one.
    private static func onlySpace(_ text: Span<UInt8>) -> Int? {
        var place: Int?
        for index in text.indices where text[index] == UInt8(ascii: " ") {
            guard place == nil else { return nil }
            place = index
        }
        return place
    }

    private func token(
        _ text: JSONText, _ index: Int, _ reader: borrowing JSONReader
    ) throws(TokenizerError) -> UInt32 {
        guard let id = reader.withBytes(of: text, { vocabulary.id(of: $0) }) else {
            throw unknownToken(reader.slice(text), index, reader)
        }
        return UInt32(truncatingIfNeeded: id)
    }

    /// The token that is spelled as the concatenation of both.
    private func token(
        _ left: JSONText, followedBy right: JSONText, probablyAt place: Int, _ index: Int,
        _ reader: borrowing JSONReader
    ) throws(TokenizerError) -> UInt32 {
        let id = reader.withBytes(of: left) { left in
            reader.withBytes(of: right) { vocabulary.id(of: left, followedBy: $0, probablyAt: place) }
        }
        guard let id else { throw unknownToken(reader.slice(left) + reader.slice(right), index, reader) }
        return UInt32(truncatingIfNeeded: id)
    }

    private func unknownToken(
        _ spelling: ArraySlice<UInt8>, _ index: Int, _ reader: borrowing JSONReader
    ) -> TokenizerError {
        .unknownMergeToken(
            file: reader.file, field: "model.merges[\(index)]",
            token: String(decoding: spelling, as: UTF8.self))
    }
}
