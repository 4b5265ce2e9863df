extension PreTokenizer {
    /// The pattern that the byte-level pre-tokenizer splits by if the file says so: that of GPT-2.
    private static let byteLevelPattern =
        #"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"#

    /// Reads a `Split`, a `ByteLevel` or a `Sequence` of them that ends with the one `ByteLevel`, as only then
    /// all text becomes bytes, and all splitting is done on text.
    init(_ field: JSONField) throws(TokenizerError) {
        var parts = [field]
        if try field.type() == "Sequence" {
            parts = try field.members("type", "pretokenizers").required("pretokenizers").elements()
        }
        var steps: [Step] = []
        for (index, part) in parts.enumerated() {
            let isLast = index == parts.count - 1
            switch try part.type() {
            case "Split" where !isLast:
                steps.append(try Self.readSplit(part))
            case "ByteLevel" where isLast:
                steps += try Self.readByteLevel(part)
            case let type:
                throw .unsupported(
                    file: part.file, field: "\(part.path).type",
                    value: isLast
                        ? "\(quoted(type)) as the last step" : "\(quoted(type)) before the last step")
            }
        }
        guard !parts.isEmpty else { throw .unsupported(file: field.file, field: field.path, value: "empty") }
        self.init(steps: steps)
    }

    private static func readSplit(_ field: JSONField) throws(TokenizerError) -> Step {
        let members = try field.members("type", "pattern", "behavior", "invert")
        let behaviorField = try members.required("behavior")
        guard let behavior = SplitBehavior(rawValue: try behaviorField.string()) else {
            throw behaviorField.unsupported
        }
        let pattern = try readPattern(try members.required("pattern"))
        return .split(pattern, behavior, inverts: try members.required("invert").bool())
    }

    private static func readByteLevel(_ field: JSONField) throws(TokenizerError) -> [Step] {
        let members = try field.members("type", "add_prefix_space", "trim_offsets", "use_regex")
        var steps: [Step] = []
        if try members.required("add_prefix_space").bool() { steps.append(.addPrefixSpace) }
        if members.values["trim_offsets"] != nil { _ = try members.optional("trim_offsets").bool() }
        let usesRegex = members.optional("use_regex")
        if try members.values["use_regex"] == nil ? true : usesRegex.bool() {
            let pattern = try compile(byteLevelPattern, usesRegex.path, field.file, Pattern.init(_:))
            steps.append(.split(pattern, .isolated, inverts: false))
        }
        return steps
    }

    private static func readPattern(_ field: JSONField) throws(TokenizerError) -> Pattern {
        let members = try field.members("Regex", "String")
        guard members.values.count == 1 else {
            throw field.wrongType(expected: "an object with either Regex or String")
        }
        if members.values["Regex"] != nil {
            let regex = members.optional("Regex")
            return try compile(try regex.string(), regex.path, field.file, Pattern.init(_:))
        }
        let string = members.optional("String")
        return try compile(try string.string(), string.path, field.file, Pattern.init(literal:))
    }

    private static func compile(
        _ text: String, _ path: String, _ file: String, _ make: (String) throws(PatternError) -> Pattern
    ) throws(TokenizerError) -> Pattern {
        do throws(PatternError) {
            return try make(text)
        } catch {
            throw .unsupportedPattern(file: file, field: path, pattern: text, reason: error.reason)
        }
    }
}
