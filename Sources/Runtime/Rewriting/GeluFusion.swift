internal import Operators
internal import Tensors

/// `½ · x · (1 + erf(x / √2))` in any order of its factors becomes com.microsoft `Gelu`, or `BiasGelu` where
/// `x` is a matrix product with a bias.
package struct GeluFusion: PatternPass {
    package let name = "GeluFusion"

    package init() {}

    func replacement(for node: ComputeGraph.Node, in graph: PatternGraph) -> ComputeGraph.Node? {
        if let x = argument(of: node, in: graph) {
            return biased(node, x, in: graph)
                ?? node.becoming("Gelu", domain: "com.microsoft", inputs: [x])
        }
        guard node.type == "Gelu", node.domain == "com.microsoft", let x = node.input(0) else { return nil }
        return biased(node, x, in: graph)
    }

    /// `x` of a product that is its Gelu.
    private func argument(of node: ComputeGraph.Node, in graph: PatternGraph) -> PatternGraph.ValueID? {
        guard node.type == "Mul", node.domain.isEmpty else { return nil }
        for (product, other) in graph.operands(node) {
            guard let inner = graph.node(product, "Mul"), let (value, scalar) = graph.scalarOperand(inner),
                scalar == 0.5
            else {
                // ½ may be the outermost factor instead.
                if graph.scalar(other) == 0.5, let inner = graph.node(product, "Mul") {
                    for (x, factor) in graph.operands(inner) where isCumulative(factor, of: x, in: graph) {
                        return x
                    }
                }
                continue
            }
            if isCumulative(value, of: other, in: graph) { return other }
            if isCumulative(other, of: value, in: graph) { return value }
        }
        return nil
    }

    /// Whether a value is `1 + erf(x / √2)`.
    private func isCumulative(
        _ value: PatternGraph.ValueID, of x: PatternGraph.ValueID, in graph: PatternGraph
    ) -> Bool {
        let sum = graph.node(value, "Add")
        guard let erf = graph.node(graph.operand(sum, besides: 1), "Erf") else { return false }
        if let quotient = graph.node(erf.input(0), "Div") {
            guard let divisor = graph.scalar(quotient.input(1)) else { return false }
            return quotient.input(0) == x && abs(divisor - Float(2).squareRoot()) < 1e-6
        }
        let inverseRoot = Float(0.5).squareRoot()
        return graph.operand(graph.node(erf.input(0), "Mul"), besides: inverseRoot, tolerance: 1e-6) == x
    }

    private func biased(
        _ node: ComputeGraph.Node, _ x: PatternGraph.ValueID, in graph: PatternGraph
    ) -> ComputeGraph.Node? {
        guard let sum = graph.node(x, "Add") else { return nil }
        for (product, bias) in graph.operands(sum) where graph.node(product, "MatMul") != nil {
            guard let constant = graph.constant(bias), constant.rank == 1 else { continue }
            return node.becoming("BiasGelu", domain: "com.microsoft", inputs: [product, bias])
        }
        return nil
    }
}
