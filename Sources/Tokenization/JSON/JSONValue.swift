/// A small piece of JSON: everything in a tokenizer file but the vocabulary and the merges, which are read
/// straight into their tables.
enum JSONValue {
    case null
    case bool(Bool)

    /// The text of a number, because ids must be exact and no other number is needed.
    case number(String)
    case string(String)
    case array([JSONValue])

    /// Members in the order of the file. No key occurs twice.
    case object([(key: String, value: JSONValue)])

    /// What a message calls a value of this type.
    var typeName: String {
        switch self {
        case .null: "null"
        case .bool(let value): "\(value)"
        case .number(let text): "the number \(text)"
        case .string(let text): "the string \(quoted(text))"
        case .array: "an array"
        case .object: "an object"
        }
    }
}
