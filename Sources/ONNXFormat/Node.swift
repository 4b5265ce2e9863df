/// One use of an operator.
package struct Node: Sendable {
    /// Empty if the file gives none; see ``label``.
    package let name: String
    /// The operator: `MatMul`, `Conv`, …
    package let type: String
    /// Where the operator is defined; empty for ONNX's own, whether or not the file calls them `ai.onnx`.
    package let domain: String
    /// Names of the values that it reads; empty where an optional one is left out.
    package let inputs: [String]
    /// Names of the values that it produces; empty where an optional one is left out.
    package let outputs: [String]
    package let attributes: [Attribute]

    package init(
        name: String = "", type: String, domain: String = "", inputs: [String], outputs: [String],
        attributes: [Attribute] = []
    ) {
        self.name = name
        self.type = type
        self.domain = domain
        self.inputs = inputs
        self.outputs = outputs
        self.attributes = attributes
    }

    /// For messages: the name, or else the first output's.
    package var label: String {
        name.isEmpty ? "\(type) of \(outputs.first { !$0.isEmpty } ?? "nothing")" : name
    }

    /// The value of an attribute, if the node has it.
    package func attribute(_ name: String) -> Attribute.Value? {
        attributes.first { $0.name == name }?.value
    }

    /// Graphs among the attributes, such as the branches of an `If`.
    package var subgraphs: [Graph] {
        attributes.flatMap { attribute -> [Graph] in
            switch attribute.value {
            case .graph(let graph): return [graph]
            case .graphs(let graphs): return graphs
            default: return []
            }
        }
    }
}
