package import Tensors

/// A named constant of a node.
package struct Attribute: Sendable {
    package let name: String
    package let value: Value

    package init(name: String, value: Value) {
        self.name = name
        self.value = value
    }

    package enum Value: Sendable {
        case float(Float)
        case int(Int)
        /// Bytes, which are text more often than not; see ``text``.
        case string([UInt8])
        case tensor(Tensor)
        case graph(Graph)
        case floats([Float])
        case ints([Int])
        case strings([[UInt8]])
        case tensors([Tensor])
        case graphs([Graph])
    }
}

extension Attribute.Value {
    /// A ``string(_:)`` that is UTF-8; else nil.
    package var text: String? {
        guard case .string(let bytes) = self else { return nil }
        return String(validating: bytes, as: UTF8.self)
    }

    /// ``strings(_:)`` that are all UTF-8; else nil.
    package var texts: [String]? {
        guard case .strings(let list) = self else { return nil }
        let texts = list.compactMap { String(validating: $0, as: UTF8.self) }
        return texts.count == list.count ? texts : nil
    }
}
