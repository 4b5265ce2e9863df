package import Operators
internal import Tensors

/// Why a run failed.
package enum RunError: Error, Sendable, Equatable, CustomStringConvertible {
    /// An input that the graph has no use for, or none given for one that it needs.
    case input(name: String, reason: String)
    case node(NodeFailure)
    /// A value that was asked for and that the graph does not produce.
    case missingOutput(String)
    case cancelled

    package var description: String {
        switch self {
        case .input(let name, let reason): "input \(name) \(reason)"
        case .node(let failure): failure.description
        case .missingOutput(let name): "the graph has no value \(name)"
        case .cancelled: "cancelled"
        }
    }
}

/// An operator's error with the node that it happened in.
package struct NodeFailure: Sendable, Equatable, CustomStringConvertible {
    package let node: String
    package let type: String
    /// Type and shape of each input, as in `float32[1, 2]`.
    package let inputs: [String]
    package let reason: OperatorError

    init(_ step: Plan.Step, _ inputs: OperatorInputs, reason: OperatorError) {
        node = step.name
        type = step.type
        self.inputs = inputs.tensors.map { $0.map { "\($0.elementType)\($0.shape)" } ?? "–" }
        self.reason = reason
    }

    package var description: String {
        "node \(node) (\(type)): \(reason) [inputs: \(inputs.joined(separator: ", "))]"
    }
}
