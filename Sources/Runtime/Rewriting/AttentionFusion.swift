internal import Operators

/// Scaled products, mask, softmax and weighted sum become one node, `FusedAttention`, which never expands
/// the key-value heads of grouped queries and skips what a causal mask hides.
///
/// The pattern, from the end: `transpose(softmax(Q · Kᵀ · scale + mask) · V)`.
package struct AttentionFusion: PatternPass {
    package let name = "AttentionFusion"

    package init() {}

    func replacement(for node: ComputeGraph.Node, in graph: PatternGraph) -> ComputeGraph.Node? {
        guard node.type == "Transpose", node.integers("perm") == [0, 2, 1, 3],
            let attended = graph.node(node.input(0), "MatMul"), let values = attended.input(1),
            let softmax = graph.node(attended.input(0), "Softmax"), softmax.integer("axis") == -1,
            let scores = scores(softmax.input(0), in: graph),
            let keys = keys(scores.transposedKeys, in: graph)
        else { return nil }
        var attributes: [String: AttributeValue] = ["scale": .float(scores.scale)]
        var inputs: [PatternGraph.ValueID?] = [
            scores.queries, keys.value, unexpanded(values, in: graph),
        ]
        if let mask = scores.mask {
            if isCausal(mask, in: graph) {
                attributes["is_causal"] = .int(1)
            } else {
                inputs.append(mask)
            }
        }
        if keys.isSequenceFirst { attributes["keys_sequence_first"] = .int(1) }
        return node.becoming(
            "FusedAttention", domain: OperatorRegistry.fusedDomain, inputs: inputs,
            OperatorAttributes(attributes))
    }

    struct Scores {
        let queries: PatternGraph.ValueID
        let transposedKeys: PatternGraph.ValueID
        let scale: Float
        let mask: PatternGraph.ValueID?
    }

    func scores(_ value: PatternGraph.ValueID?, in graph: PatternGraph) -> Scores? {
        if let sum = graph.node(value, "Add") {
            for (products, mask) in graph.operands(sum) {
                if let (node, scale) = scaledProducts(products, in: graph), let queries = node.input(0),
                    let keys = node.input(1)
                {
                    return Scores(queries: queries, transposedKeys: keys, scale: scale, mask: mask)
                }
            }
            return nil
        }
        guard let (node, scale) = scaledProducts(value, in: graph), let queries = node.input(0),
            let keys = node.input(1)
        else { return nil }
        return Scores(queries: queries, transposedKeys: keys, scale: scale, mask: nil)
    }

    private func scaledProducts(
        _ value: PatternGraph.ValueID?, in graph: PatternGraph
    ) -> (PatternGraph.Node, scale: Float)? {
        if let node = graph.node(value, "MatMul") { return (node, 1) }
        if let product = graph.node(value, "Mul"), let (inner, scale) = graph.scalarOperand(product),
            let node = graph.node(inner, "MatMul")
        {
            return (node, scale)
        }
        if let quotient = graph.node(value, "Div"), let divisor = graph.scalar(quotient.input(1)),
            divisor != 0,
            let node = graph.node(quotient.input(0), "MatMul")
        {
            return (node, 1 / divisor)
        }
        return nil
    }

    /// The keys behind `Kᵀ`: `[batch, heads, keys, size]`, or `[batch, keys, heads, size]` if sequence first.
    func keys(
        _ transposed: PatternGraph.ValueID, in graph: PatternGraph
    ) -> (value: PatternGraph.ValueID, isSequenceFirst: Bool)? {
        guard let transpose = graph.node(transposed, "Transpose"), let source = transpose.input(0) else {
            return nil
        }
        switch transpose.integers("perm") {
        case [0, 1, 3, 2]: return (unexpanded(source, in: graph), false)
        case [0, 2, 3, 1]: return (source, true)
        default: return nil
        }
    }

    /// Key-value heads before each was repeated for its group of query heads, by
    /// `reshape(expand(unsqueeze(K, 2)))`; the value itself if they were not.
    private func unexpanded(
        _ value: PatternGraph.ValueID, in graph: PatternGraph
    ) -> PatternGraph.ValueID {
        guard let reshape = graph.node(value, "Reshape"), let expand = graph.node(reshape.input(0), "Expand"),
            let unsqueeze = graph.node(expand.input(0), "Unsqueeze"), graph.axes(unsqueeze) == [2],
            let source = unsqueeze.input(0),
            let heads = graph.entry(1, ofShape: expand.input(1)),
            let repeats = graph.entry(2, ofShape: expand.input(1)),
            graph.entry(1, ofShape: reshape.input(1)) == heads * repeats,
            graph.entry(4, ofShape: expand.input(1)) == graph.entry(3, ofShape: reshape.input(1))
        else { return value }
        return source
    }

    /// Whether a mask is the upper triangle of a number so low that nothing is left of it after the softmax.
    private func isCausal(_ mask: PatternGraph.ValueID, in graph: PatternGraph) -> Bool {
        guard let unsqueeze = graph.node(mask, "Unsqueeze"), graph.axes(unsqueeze) == [0, 1],
            let triangle = graph.node(unsqueeze.input(0), "Trilu"), triangle.integer("upper") ?? 1 == 1,
            graph.integers(triangle.input(1)) == [1],
            let expand = graph.node(triangle.input(0), "Expand"), let low = graph.scalar(expand.input(0)),
            let shape = graph.node(expand.input(1), "Concat"), shape.inputs.count == 2,
            shape.inputs[0] == shape.inputs[1]
        else { return false }
        return low < -1e30
    }
}
