package import Operators
package import Tensors

/// A graph in the form that rewrite passes change and that plans are compiled from.
///
/// Values are numbered, and a node names its inputs and outputs by number. Nodes stand in an order in which
/// each comes after the producers of its inputs.
package struct ComputeGraph: Sendable {
    /// Number of a value in ``values``.
    package typealias ValueID = Int

    /// A tensor that flows through the graph, or a constant of the model.
    package struct Value: Sendable {
        package let name: String
        /// What the value is in every run; nil if it is computed or fed.
        package var constant: Tensor?
    }

    /// One application of an operator.
    package struct Node: Sendable {
        package let name: String
        package let type: String
        package let domain: String
        /// Nil where an optional input is omitted.
        package var inputs: [ValueID?]
        /// Nil where an optional output is not wanted.
        package var outputs: [ValueID?]
        package let attributes: OperatorAttributes
        /// The branches of `If` by attribute name.
        package let subgraphs: [String: ComputeGraph]

        package init(
            name: String, type: String, domain: String = "", inputs: [ValueID?], outputs: [ValueID?],
            attributes: OperatorAttributes = [:], subgraphs: [String: ComputeGraph] = [:]
        ) {
            self.name = name
            self.type = type
            self.domain = domain
            self.inputs = inputs
            self.outputs = outputs
            self.attributes = attributes
            self.subgraphs = subgraphs
        }

        /// The subgraphs with their attributes' names, in the order of these.
        package var namedSubgraphs: [(name: String, graph: ComputeGraph)] {
            subgraphs.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
        }

        /// `com.microsoft.Gelu`, or just `Add` for ONNX's own operators.
        package var qualifiedType: String { domain.isEmpty ? type : "\(domain).\(type)" }
    }

    package var values: [Value] = []
    package var nodes: [Node] = []
    package var inputs: [ValueID] = []
    package var outputs: [ValueID] = []
    /// Values of the enclosing graph that a subgraph reads: their number there, and here.
    package var captures: [(outer: ValueID, inner: ValueID)] = []

    package init() {}

    package mutating func addValue(_ name: String, constant: Tensor? = nil) -> ValueID {
        values.append(Value(name: name, constant: constant))
        return values.count - 1
    }

    /// Every node, each followed by those of its subgraphs.
    package var allNodes: [Node] {
        nodes.flatMap { [$0] + $0.namedSubgraphs.flatMap(\.graph.allNodes) }
    }
}

extension OperatorNode {
    init(_ node: ComputeGraph.Node, opsets: [String: Int]) {
        self.init(
            type: node.type, domain: node.domain, opset: opsets[node.domain] ?? 1,
            attributes: node.attributes, inputCount: node.inputs.count, outputCount: node.outputs.count,
            omittedOutputs: Set(node.outputs.indices.filter { node.outputs[$0] == nil }))
    }
}
