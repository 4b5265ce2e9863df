internal import Operators

/// A `Reshape` becomes part of the node that it belongs to, where nobody else reads what is between them: of the
/// `Transpose` after it, which gives `ReshapeTranspose`, and of the `FusedAttention` before it.
///
/// Neither moves a number. But each step of a plan takes some microseconds, in a decoding step as long as reading
/// 100 KB of weights.
package struct ReshapeFusion: RewritePass {
    package let name = "ReshapeFusion"

    package init() {}

    package func apply(to graph: inout ComputeGraph, opsets: [String: Int]) -> Int {
        var pattern = PatternGraph(graph)
        let isPrivate = pattern.privateValues()
        var count = 0
        for index in pattern.graph.nodes.indices {
            let node = pattern.graph.nodes[index]
            guard node.domain.isEmpty, let between = node.input(0), isPrivate[between],
                let fused = transposed(node, between, in: pattern) ?? attention(node, between, in: pattern)
            else { continue }
            pattern.replace(at: index, with: fused)
            count += 1
        }
        graph = pattern.graph
        return count
    }

    private func transposed(
        _ node: ComputeGraph.Node, _ reshaped: PatternGraph.ValueID, in graph: PatternGraph
    ) -> ComputeGraph.Node? {
        guard node.type == "Transpose", let reshape = graph.node(reshaped, "Reshape") else { return nil }
        return node.becoming(
            "ReshapeTranspose", domain: OperatorRegistry.fusedDomain, inputs: reshape.inputs,
            reshape.attributes.merging(node.attributes))
    }

    private func attention(
        _ node: ComputeGraph.Node, _ attended: PatternGraph.ValueID, in graph: PatternGraph
    ) -> ComputeGraph.Node? {
        guard node.type == "Reshape", let shape = node.input(1),
            let attention = graph.node(attended, "FusedAttention", domain: OperatorRegistry.fusedDomain),
            attention.inputs.count <= 4
        else { return nil }
        let mask = attention.input(3)
        return node.becoming(
            "FusedAttention", domain: OperatorRegistry.fusedDomain,
            inputs: Array(attention.inputs.prefix(3)) + [mask, shape],
            attention.attributes.merging(node.attributes))
    }
}
