package import Operators

/// Why a model cannot be run.
package enum SessionError: Error, Sendable, Equatable, CustomStringConvertible {
    /// Every kind of node that this engine cannot run.
    case unsupported([OperatorRefusal])
    /// An operator set newer or older than those that the operators were written for.
    case operatorSet(domain: String, version: Int, supported: ClosedRange<Int>)

    package var description: String {
        switch self {
        case .unsupported(let refusals):
            "unsupported operators: " + refusals.map(\.description).joined(separator: "; ")
        case .operatorSet(let domain, let version, let supported):
            "operator set \(domain.isEmpty ? "ai.onnx" : domain) version \(version) is not supported, "
                + "supported: \(supported.lowerBound) to \(supported.upperBound)"
        }
    }
}

/// An operator that cannot be run as a graph uses it, and where.
package struct OperatorRefusal: Sendable, Equatable, CustomStringConvertible {
    package let type: String
    package let reason: OperatorError
    package var nodes: [String]

    /// `Foo: not supported: … (node a and 3 more)`
    package var description: String {
        let others = nodes.count > 1 ? " and \(nodes.count - 1) more" : ""
        return "\(type): \(reason) (node \(nodes[0])\(others))"
    }
}

extension [OperatorRefusal] {
    /// Counts a node to the refusal of the same kind, if there is one.
    mutating func add(_ node: ComputeGraph.Node, reason: OperatorError) {
        if let index = firstIndex(where: { $0.type == node.qualifiedType && $0.reason == reason }) {
            self[index].nodes.append(node.name)
        } else {
            append(OperatorRefusal(type: node.qualifiedType, reason: reason, nodes: [node.name]))
        }
    }
}
