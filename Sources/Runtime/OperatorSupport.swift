package import Operators

extension ComputeGraph.Node {
    /// The branches of an `If`; nil for other operators.
    var branches: (then: ComputeGraph, otherwise: ComputeGraph)? {
        get throws(OperatorError) {
            guard domain.isEmpty && type == "If" else { return nil }
            guard let then = subgraphs["then_branch"], let otherwise = subgraphs["else_branch"] else {
                throw .attribute(name: "then_branch, else_branch", reason: "must be graphs")
            }
            guard then.inputs.isEmpty, otherwise.inputs.isEmpty else {
                throw .invalid("a branch has inputs of its own")
            }
            return (then, otherwise)
        }
    }

    /// What computes the node, which is no `If`.
    func implementation(
        opsets: [String: Int], registry: OperatorRegistry
    ) throws(OperatorError) -> any Operator {
        guard let type = registry.implementation(type: type, domain: domain) else {
            throw .unsupported("operator \(qualifiedType)")
        }
        return try type.init(OperatorNode(self, opsets: opsets))
    }
}

extension ComputeGraph {
    /// Every kind of node that cannot be run, those of subgraphs included, of a graph as its file has it.
    package func refusals(opsets: [String: Int], registry: OperatorRegistry = .standard) -> [OperatorRefusal]
    {
        var refusals = fusedOperatorRefusals
        for node in allNodes where node.domain != OperatorRegistry.fusedDomain {
            do throws(OperatorError) {
                if try node.branches == nil {
                    _ = try node.implementation(opsets: opsets, registry: registry)
                }
            } catch {
                refusals.add(node, reason: error)
            }
        }
        return refusals
    }

    /// Operators that rewrite passes make are no business of a model's file.
    var fusedOperatorRefusals: [OperatorRefusal] {
        var refusals: [OperatorRefusal] = []
        for node in allNodes where node.domain == OperatorRegistry.fusedDomain {
            refusals.add(node, reason: .unsupported("operator \(node.qualifiedType)"))
        }
        return refusals
    }
}
