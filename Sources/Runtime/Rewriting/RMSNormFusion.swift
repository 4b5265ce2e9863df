internal import Operators
internal import Tensors

/// `w · (x · 1/√(mean(x²) + ε))` over the last axis becomes `SimplifiedLayerNormalization`.
package struct RMSNormFusion: PatternPass {
    package let name = "RMSNormFusion"

    package init() {}

    func replacement(for node: ComputeGraph.Node, in graph: PatternGraph) -> ComputeGraph.Node? {
        guard node.type == "Mul", node.domain.isEmpty else { return nil }
        for (weight, normalized) in graph.operands(node) {
            guard let scale = graph.constant(weight), scale.rank == 1, scale.elementType == .float32,
                let (x, epsilon) = normalizedInput(normalized, in: graph)
            else { continue }
            return node.becoming(
                "SimplifiedLayerNormalization", inputs: [x, weight],
                ["epsilon": .float(epsilon), "axis": .int(-1)])
        }
        return nil
    }

    private func normalizedInput(
        _ value: PatternGraph.ValueID, in graph: PatternGraph
    ) -> (PatternGraph.ValueID, epsilon: Float)? {
        if let product = graph.node(value, "Mul") {
            for (x, factor) in graph.operands(product) {
                guard let root = root(inverse: factor, in: graph),
                    let epsilon = epsilon(root, of: x, in: graph)
                else { continue }
                return (x, epsilon)
            }
        } else if let quotient = graph.node(value, "Div"), let x = quotient.input(0),
            let epsilon = epsilon(graph.node(quotient.input(1), "Sqrt"), of: x, in: graph)
        {
            return (x, epsilon)
        }
        return nil
    }

    /// The square root that a value is the inverse of.
    private func root(inverse value: PatternGraph.ValueID, in graph: PatternGraph) -> PatternGraph.Node? {
        if let reciprocal = graph.node(value, "Reciprocal") { return graph.node(reciprocal.input(0), "Sqrt") }
        guard let quotient = graph.node(value, "Div"), graph.scalar(quotient.input(0)) == 1 else {
            return nil
        }
        return graph.node(quotient.input(1), "Sqrt")
    }

    /// ε of `√(mean(x²) + ε)`; nil if the root is not that of `x`.
    private func epsilon(
        _ root: PatternGraph.Node?, of x: PatternGraph.ValueID, in graph: PatternGraph
    ) -> Float? {
        guard let sum = graph.node(root?.input(0), "Add"), let (mean, epsilon) = graph.scalarOperand(sum),
            let reduction = graph.node(mean, "ReduceMean"), graph.axes(reduction) == [-1],
            reduction.integer("keepdims") ?? 1 == 1
        else { return nil }
        if let power = graph.node(reduction.input(0), "Pow") {
            return power.input(0) == x && graph.scalar(power.input(1)) == 2 ? epsilon : nil
        }
        guard let square = graph.node(reduction.input(0), "Mul"), square.inputs == [x, x] else { return nil }
        return epsilon
    }
}
