package import Tensors

/// Name and type of a value, as declared in the file.
package struct ValueInfo: Sendable, Equatable {
    package let name: String
    /// Nil if not declared or not a type of this engine; inputs and outputs of the model always have one.
    package let elementType: ElementType?
    /// Nil if not even the rank is declared.
    package let dimensions: [Dimension]?

    package init(name: String, elementType: ElementType?, dimensions: [Dimension]?) {
        self.name = name
        self.elementType = elementType
        self.dimensions = dimensions
    }
}

/// An axis of a declared shape.
package enum Dimension: Sendable, Equatable, CustomStringConvertible {
    case fixed(Int)
    /// The same in all places with this name.
    case symbol(String)
    case unknown

    package var description: String {
        switch self {
        case .fixed(let value): "\(value)"
        case .symbol(let name): name
        case .unknown: "?"
        }
    }
}
