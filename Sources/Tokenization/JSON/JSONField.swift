/// A value of a tokenizer file together with where it is, so that errors can name it.
struct JSONField {
    let file: String

    /// The way to the value from the top of the file, such as `pre_tokenizer.pretokenizers[0].pattern`.
    let path: String
    let value: JSONValue

    var isNull: Bool {
        if case .null = value { true } else { false }
    }

    func wrongType(expected: String) -> TokenizerError {
        .wrongType(file: file, field: path, expected: expected, found: value.typeName)
    }

    /// The error that says that this value is understood but not supported.
    var unsupported: TokenizerError {
        .unsupported(file: file, field: path, value: value.typeName)
    }

    // MARK: Scalars

    func string() throws(TokenizerError) -> String {
        guard case .string(let text) = value else { throw wrongType(expected: "a string") }
        return text
    }

    func bool() throws(TokenizerError) -> Bool {
        guard case .bool(let value) = value else { throw wrongType(expected: "true or false") }
        return value
    }

    func integer() throws(TokenizerError) -> Int {
        guard case .number(let text) = value, let integer = Int(text) else {
            throw wrongType(expected: "an integer")
        }
        return integer
    }

    // MARK: Parts

    func elements() throws(TokenizerError) -> [JSONField] {
        guard case .array(let values) = value else { throw wrongType(expected: "an array") }
        return values.enumerated().map { index, value in
            JSONField(file: file, path: "\(path)[\(index)]", value: value)
        }
    }

    /// The members of an object that may have no others than the known ones.
    func members(_ known: String...) throws(TokenizerError) -> JSONMembers {
        guard case .object(let members) = value else { throw wrongType(expected: "an object") }
        for (key, value) in members where !known.contains(key) {
            throw JSONField(file: file, path: path.isEmpty ? key : "\(path).\(key)", value: value).unsupported
        }
        return JSONMembers(
            file: file, path: path,
            values: Dictionary(members.map { ($0.key, $0.value) }) { first, _ in first })
    }

    /// The string in the member `type`, which tells what else an object has.
    func type() throws(TokenizerError) -> String {
        guard case .object(let members) = value else { throw wrongType(expected: "an object") }
        guard let type = members.first(where: { $0.key == "type" }) else {
            throw .missingField(file: file, field: "\(path).type")
        }
        return try JSONField(file: file, path: "\(path).type", value: type.value).string()
    }
}

/// The members of an object.
struct JSONMembers {
    let file: String
    let path: String
    let values: [String: JSONValue]

    /// A member that may be missing, which counts as null.
    func optional(_ name: String) -> JSONField {
        JSONField(file: file, path: path.isEmpty ? name : "\(path).\(name)", value: values[name] ?? .null)
    }

    /// A member that must be there.
    func required(_ name: String) throws(TokenizerError) -> JSONField {
        let field = optional(name)
        guard values[name] != nil else { throw .missingField(file: file, field: field.path) }
        return field
    }
}
