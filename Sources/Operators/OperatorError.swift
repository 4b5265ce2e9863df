package import Tensors

/// Why an operator refuses its attributes or inputs. The executor adds the node's name and the shapes.
package enum OperatorError: Error, Sendable, Equatable, CustomStringConvertible {
    case missingInput(name: String)
    case elementType(input: String, found: ElementType, supported: [ElementType])
    case attribute(name: String, reason: String)
    /// Inputs whose shapes or values contradict each other or the operator's definition.
    case invalid(String)
    /// Valid by ONNX, but not implemented here.
    case unsupported(String)

    package var description: String {
        switch self {
        case .missingInput(let name): "input \(name) is missing"
        case .elementType(let input, let found, let supported):
            "input \(input) is \(found), supported: "
                + supported.map(\.description).joined(separator: ", ")
        case .attribute(let name, let reason): "attribute \(name) \(reason)"
        case .invalid(let reason): reason
        case .unsupported(let what): "not supported: \(what)"
        }
    }
}
