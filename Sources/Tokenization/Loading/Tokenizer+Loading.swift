extension Tokenizer {
    /// Reads a `tokenizer.json`.
    ///
    /// - Throws: ``TokenizerError`` if there is no such file, it is malformed, contradicts itself, or asks for
    ///   anything that is not supported.
    package init(contentsOf file: String) throws(TokenizerError) {
        try self.init(json: try TokenizerFileReader.contents(of: file), file: file)
    }

    /// Reads the text of a `tokenizer.json`.
    ///
    /// - Parameter file: What errors name as the file.
    package init(json: [UInt8], file: String) throws(TokenizerError) {
        var reader = JSONReader(json, file: file)
        var model: ModelReader?
        var values: [String: JSONValue] = [:]
        var isFirst = true
        try reader.expect("{")
        while try reader.nextMember(isFirst: isFirst, closing: "}") {
            isFirst = false
            let key = try reader.readString()
            guard key == "model" ? model == nil : values[key] == nil else {
                throw reader.error("the key \(quoted(key)) occurs twice")
            }
            try reader.expect(":")
            if key == "model" {
                model = try ModelReader(&reader)
            } else {
                values[key] = try reader.readValue()
            }
        }
        try reader.expectEnd()
        let root = JSONField(file: file, path: "", value: .object(values.map { ($0.key, $0.value) }))
        let members = try root.members(
            "version", "truncation", "padding", "added_tokens", "normalizer", "pre_tokenizer",
            "post_processor",
            "decoder")
        guard let model else { throw .missingField(file: file, field: "model") }
        try self.init(model, members)
    }

    private init(_ model: ModelReader, _ members: JSONMembers) throws(TokenizerError) {
        try Self.checkUnused(members)
        let normalizesToNFC = try Self.readNormalizer(members.optional("normalizer"))
        let preTokenizer = try PreTokenizer(members.required("pre_tokenizer"))
        let addedTokens = try Self.readAddedTokens(members.optional("added_tokens"))
        var vocabulary = model.vocabulary
        try Self.insert(addedTokens, into: &vocabulary, file: members.file)
        try vocabulary.indexByID(file: members.file, field: "model.vocab or added_tokens")
        self.vocabulary = vocabulary
        modelTokenCount = model.vocabulary.count
        let normalized = { (content: String) in
            normalizesToNFC ? CanonicalComposition.compose(Array(content.utf8)) : Array(content.utf8)
        }
        let (contents, specialIDs) = Self.decodings(of: addedTokens, normalized: normalized)
        normalizedContents = contents
        self.specialIDs = specialIDs
        steps = Steps(
            rawTokens: AddedTokenFinder(addedTokens.filter { !$0.isNormalized }) { Array($0.utf8) },
            normalizesToNFC: normalizesToNFC,
            normalizedTokens: AddedTokenFinder(addedTokens.filter(\.isNormalized), spelling: normalized),
            preTokenizer: preTokenizer,
            merger: model.merger,
            ignoresMerges: model.ignoresMerges)
    }

    /// Checks the parts that have no effect here, or must not have one.
    private static func checkUnused(_ members: JSONMembers) throws(TokenizerError) {
        let version = try members.required("version")
        guard try version.string() == "1.0" else { throw version.unsupported }
        for name in ["truncation", "padding"] where !members.optional(name).isNull {
            throw members.optional(name).unsupported
        }
        // What the byte-level post-processor changes is where tokens begin and end, not which they are.
        let postProcessor = members.optional("post_processor")
        if !postProcessor.isNull { try checkByteLevel(postProcessor) }
        // The decoder ignores its options.
        try checkByteLevel(members.required("decoder"))
    }

    private static func checkByteLevel(_ field: JSONField) throws(TokenizerError) {
        guard try field.type() == "ByteLevel" else { throw field.unsupportedType }
        let members = try field.members("type", "add_prefix_space", "trim_offsets", "use_regex")
        for name in ["add_prefix_space", "trim_offsets", "use_regex"] where members.values[name] != nil {
            _ = try members.optional(name).bool()
        }
    }

    /// Whether text is brought to normalization form C.
    private static func readNormalizer(_ field: JSONField) throws(TokenizerError) -> Bool {
        if field.isNull { return false }
        switch try field.type() {
        case "NFC":
            _ = try field.members("type")
            return true
        case "Sequence":
            var normalizes = false
            for part in try field.members("type", "normalizers").required("normalizers").elements() {
                if part.isNull { throw part.wrongType(expected: "an object") }
                normalizes = try readNormalizer(part) || normalizes
            }
            return normalizes
        default:
            throw field.unsupportedType
        }
    }
}

extension JSONField {
    /// The error for an object whose type is not supported.
    var unsupportedType: TokenizerError {
        guard case .object(let members) = value,
            let type = members.first(where: { $0.key == "type" })?.value
        else { return unsupported }
        return JSONField(file: file, path: "\(path).type", value: type).unsupported
    }
}
