package import Tensors

/// Nodes and the values that flow between them.
///
/// The loader guarantees that nodes come after those whose outputs they read, that every name is defined
/// exactly once, and that every name that is read is defined, here or in an enclosing graph.
package struct Graph: Sendable {
    package let name: String
    package let nodes: [Node]
    /// Weights and constants by name.
    package let initializers: [String: Tensor]
    /// Names of the initializers in the order of the file.
    package let initializerNames: [String]
    /// Those of older models include initializers, which are defaults then.
    package let inputs: [ValueInfo]
    package let outputs: [ValueInfo]
    /// Types of values in between, as far as the file tells.
    package let valueInfos: [ValueInfo]

    /// A graph that the program made itself: nothing is checked.
    package init(
        name: String = "", nodes: [Node], initializers: [String: Tensor] = [:],
        initializerNames: [String]? = nil, inputs: [ValueInfo], outputs: [ValueInfo],
        valueInfos: [ValueInfo] = []
    ) {
        self.name = name
        self.nodes = nodes
        self.initializers = initializers
        self.initializerNames = initializerNames ?? initializers.keys.sorted()
        self.inputs = inputs
        self.outputs = outputs
        self.valueInfos = valueInfos
    }

    /// Inputs that have no default.
    package var requiredInputs: [ValueInfo] { inputs.filter { initializers[$0.name] == nil } }
}

extension Graph {
    /// Names that the graph reads and does not define: values of enclosing graphs.
    package var freeNames: Set<String> {
        var free: Set<String> = []
        var defined = Set(initializerNames)
        defined.formUnion(inputs.lazy.map(\.name))
        for node in nodes {
            defined.formUnion(node.outputs)
            free.formUnion(node.inputs)
            for graph in node.subgraphs { free.formUnion(graph.freeNames) }
        }
        free.formUnion(outputs.lazy.map(\.name))
        free.subtract(defined)
        free.remove("")
        return free
    }
}
