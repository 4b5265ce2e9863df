internal import Operators
internal import Tensors

/// A normalisation of a sum becomes one node that gives both: `SkipSimplifiedLayerNormalization` or
/// `SkipLayerNormalization` of com.microsoft, with a bias added before if there is one.
package struct SkipNormFusion: RewritePass {
    package let name = "SkipNormFusion"

    package init() {}

    package func apply(to graph: inout ComputeGraph, opsets: [String: Int]) -> Int {
        var pattern = PatternGraph(graph)
        var count = 0
        for index in pattern.graph.nodes.indices {
            let node = pattern.graph.nodes[index]
            guard ["SimplifiedLayerNormalization", "LayerNormalization"].contains(node.type),
                node.domain.isEmpty, node.integer("axis") ?? -1 == -1, node.outputs.count == 1,
                let sum = pattern.node(node.input(0), "Add"), let addends = addends(of: sum, in: pattern),
                let place = pattern.place(sum.outputs[0])
            else { continue }
            let isSimplified = node.type == "SimplifiedLayerNormalization"
            let epsilon = node.float("epsilon") ?? 1e-5
            let gamma = node.input(1)
            let inputs =
                isSimplified
                ? [addends.input, addends.skip, gamma, addends.bias]
                : [addends.input, addends.skip, gamma, node.input(2), addends.bias]
            // In the place of the sum, which others may read before the normalisation.
            pattern.replace(
                at: place,
                with: node.becoming(
                    isSimplified ? "SkipSimplifiedLayerNormalization" : "SkipLayerNormalization",
                    domain: "com.microsoft", inputs: inputs,
                    outputs: [node.outputs[0], nil, nil, sum.outputs[0]], ["epsilon": .float(epsilon)]))
            pattern.replace(at: index, with: node.becoming("Identity", inputs: [], outputs: []))
            count += 1
        }
        graph = pattern.graph
        graph.nodes.removeAll { $0.outputs.isEmpty }
        return count
    }

    private struct Addends {
        let input: PatternGraph.ValueID
        let skip: PatternGraph.ValueID
        let bias: PatternGraph.ValueID?
    }

    /// What a sum adds. Constants are broadcast, which these operators do not.
    private func addends(of sum: PatternGraph.Node, in graph: PatternGraph) -> Addends? {
        for (input, skip) in graph.operands(sum) {
            guard graph.constant(input) == nil, graph.constant(skip) == nil else { return nil }
            guard let biased = graph.node(input, "Add") else { continue }
            for (product, bias) in graph.operands(biased) where graph.node(product, "MatMul") != nil {
                if let constant = graph.constant(bias), constant.rank == 1 {
                    return Addends(input: product, skip: skip, bias: bias)
                }
            }
        }
        return graph.operands(sum).first.map { Addends(input: $0.1, skip: $0.0, bias: nil) }
    }
}
