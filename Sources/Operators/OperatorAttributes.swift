package import Tensors

/// A value of a node's attribute, as far as operators of this engine read them. Subgraphs are the
/// executor's.
package enum AttributeValue: Sendable {
    case float(Float)
    case int(Int)
    case string(String)
    case tensor(Tensor)
    case floats([Float])
    case ints([Int])
    case strings([String])

    var kind: String {
        switch self {
        case .float: "a float"
        case .int: "an integer"
        case .string: "a string"
        case .tensor: "a tensor"
        case .floats: "a list of floats"
        case .ints: "a list of integers"
        case .strings: "a list of strings"
        }
    }

    /// Whether two values are of one kind and equal; tensors are not compared, and count as different.
    fileprivate func equals(_ other: AttributeValue) -> Bool {
        switch (self, other) {
        case (.float(let a), .float(let b)): a == b
        case (.int(let a), .int(let b)): a == b
        case (.string(let a), .string(let b)): a == b
        case (.floats(let a), .floats(let b)): a == b
        case (.ints(let a), .ints(let b)): a == b
        case (.strings(let a), .strings(let b)): a == b
        default: false
        }
    }
}

/// The attributes of a node by name.
package struct OperatorAttributes: Sendable, ExpressibleByDictionaryLiteral {
    package let values: [String: AttributeValue]

    package init(_ values: [String: AttributeValue]) {
        self.values = values
    }

    package init(dictionaryLiteral elements: (String, AttributeValue)...) {
        values = Dictionary(uniqueKeysWithValues: elements)
    }

    package subscript(name: String) -> AttributeValue? { values[name] }

    /// Whether another node has the same ones, none of them a tensor.
    package func equals(_ others: OperatorAttributes) -> Bool {
        values.count == others.values.count
            && values.allSatisfy { name, value in others.values[name].map(value.equals) ?? false }
    }

    /// These and those of another node, which count where both have one.
    package func merging(_ others: OperatorAttributes) -> OperatorAttributes {
        OperatorAttributes(values.merging(others.values) { $1 })
    }

    package func int(_ name: String) throws(OperatorError) -> Int? {
        guard let value = values[name] else { return nil }
        guard case .int(let result) = value else { throw .wrongKind(name, value, "an integer") }
        return result
    }

    package func int(_ name: String, default fallback: Int) throws(OperatorError) -> Int {
        try int(name) ?? fallback
    }

    /// An attribute without which the operator has no meaning.
    package func requiredInt(_ name: String) throws(OperatorError) -> Int {
        guard let value = try int(name) else { throw .attribute(name: name, reason: "is missing") }
        return value
    }

    /// An integer that ONNX uses as a truth value.
    package func flag(_ name: String, default fallback: Bool = false) throws(OperatorError) -> Bool {
        try int(name).map { $0 != 0 } ?? fallback
    }

    package func float(_ name: String) throws(OperatorError) -> Float? {
        guard let value = values[name] else { return nil }
        guard case .float(let result) = value else { throw .wrongKind(name, value, "a float") }
        return result
    }

    package func float(_ name: String, default fallback: Float) throws(OperatorError) -> Float {
        try float(name) ?? fallback
    }

    package func string(_ name: String) throws(OperatorError) -> String? {
        guard let value = values[name] else { return nil }
        guard case .string(let result) = value else { throw .wrongKind(name, value, "a string") }
        return result
    }

    package func ints(_ name: String) throws(OperatorError) -> [Int]? {
        guard let value = values[name] else { return nil }
        guard case .ints(let result) = value else { throw .wrongKind(name, value, "a list of integers") }
        return result
    }

    package func floats(_ name: String) throws(OperatorError) -> [Float]? {
        guard let value = values[name] else { return nil }
        guard case .floats(let result) = value else { throw .wrongKind(name, value, "a list of floats") }
        return result
    }

    package func tensor(_ name: String) throws(OperatorError) -> Tensor? {
        guard let value = values[name] else { return nil }
        guard case .tensor(let result) = value else { throw .wrongKind(name, value, "a tensor") }
        return result
    }
}

extension OperatorError {
    fileprivate static func wrongKind(
        _ name: String, _ value: AttributeValue, _ expected: String
    ) -> OperatorError {
        .attribute(name: name, reason: "is \(value.kind), expected \(expected)")
    }
}
