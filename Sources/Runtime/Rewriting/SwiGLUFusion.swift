internal import Operators

/// `(g · sigmoid(g)) · u` becomes one node, `SwiGLU`.
package struct SwiGLUFusion: PatternPass {
    package let name = "SwiGLUFusion"

    package init() {}

    func replacement(for node: ComputeGraph.Node, in graph: PatternGraph) -> ComputeGraph.Node? {
        guard node.type == "Mul", node.domain.isEmpty else { return nil }
        for (activated, up) in graph.operands(node) {
            guard let gate = gate(of: activated, in: graph), gate != up, graph.constant(up) == nil else {
                continue
            }
            return node.becoming("SwiGLU", domain: OperatorRegistry.fusedDomain, inputs: [gate, up])
        }
        return nil
    }

    /// `g` of `g · sigmoid(g)`.
    private func gate(of value: PatternGraph.ValueID, in graph: PatternGraph) -> PatternGraph.ValueID? {
        if let quick = graph.node(value, "QuickGelu", domain: "com.microsoft") {
            return quick.float("alpha") == 1 ? quick.input(0) : nil
        }
        guard let product = graph.node(value, "Mul") else { return nil }
        for (gate, factor) in graph.operands(product) {
            if let sigmoid = graph.node(factor, "Sigmoid"), sigmoid.input(0) == gate { return gate }
        }
        return nil
    }
}
