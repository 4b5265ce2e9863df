internal import Operators

/// Splitting a projection into heads, normalising each head (Qwen3's Q/K norm) and turning it by its
/// position becomes one node, `RotaryHeads`.
///
/// The pattern, from the end, with `T` of shape `[batch, heads, sequence, size]`:
/// `T · cos + concat(-T[size/2…], T[…size/2]) · sin`, `T = transpose(norm(reshape(x)))`, the norm optional.
package struct RotaryFusion: PatternPass {
    package let name = "RotaryFusion"

    package init() {}

    func replacement(for node: ComputeGraph.Node, in graph: PatternGraph) -> ComputeGraph.Node? {
        guard node.type == "Add", node.domain.isEmpty else { return nil }
        for (direct, turned) in graph.operands(node) {
            guard let direct = graph.node(direct, "Mul"), let turned = graph.node(turned, "Mul") else {
                continue
            }
            for (heads, cosines) in graph.operands(direct) {
                for (halves, sines) in graph.operands(turned) {
                    guard let angles = angles(cosines, "Cos", in: graph),
                        let sineAngles = self.angles(sines, "Sin", in: graph),
                        angles.doubled == sineAngles.doubled,
                        let half = halfTurned(halves, of: heads, in: graph),
                        let source = projection(heads, headSize: 2 * half, in: graph)
                    else { continue }
                    return node.becoming(
                        "RotaryHeads", domain: OperatorRegistry.fusedDomain,
                        inputs: [source.value, angles.function, sineAngles.function, source.scale],
                        ["head_size": .int(2 * half), "epsilon": .float(source.epsilon)])
                }
            }
        }
        return nil
    }

    /// The value `[batch, sequence, size]` that stands behind a factor `[batch, 1, sequence, size]`: a
    /// function of angles of which the second half repeats the first.
    private func angles(
        _ factor: PatternGraph.ValueID, _ function: String, in graph: PatternGraph
    ) -> (function: PatternGraph.ValueID, doubled: PatternGraph.ValueID)? {
        guard let unsqueeze = graph.node(factor, "Unsqueeze"), graph.axes(unsqueeze) == [1],
            let value = unsqueeze.input(0), let node = graph.node(value, function),
            let doubled = node.input(0), let concat = graph.node(doubled, "Concat"),
            concat.integer("axis") == -1, concat.inputs.count == 2, concat.inputs[0] == concat.inputs[1]
        else { return nil }
        return (value, doubled)
    }

    /// Half the head size of `concat(-T[half…], T[…half])`; nil if a value is not that of `heads`.
    func halfTurned(
        _ value: PatternGraph.ValueID, of heads: PatternGraph.ValueID, in graph: PatternGraph
    ) -> Int? {
        guard let concat = graph.node(value, "Concat"), concat.integer("axis") == -1,
            concat.inputs.count == 2,
            let negation = graph.node(concat.inputs[0], "Neg"),
            let second = slice(negation.input(0), of: heads, in: graph),
            let first = slice(concat.inputs[1], of: heads, in: graph),
            first.start == 0, first.end > 0, second.start == first.end, second.end >= 2 * first.end
        else { return nil }
        return first.end
    }

    private func slice(
        _ value: PatternGraph.ValueID?, of heads: PatternGraph.ValueID, in graph: PatternGraph
    ) -> (start: Int, end: Int)? {
        guard let node = graph.node(value, "Slice"), node.input(0) == heads,
            let starts = graph.integers(node.input(1)), let ends = graph.integers(node.input(2)),
            let axes = graph.integers(node.input(3)), axes == [3] || axes == [-1],
            node.input(4) == nil || graph.integers(node.input(4)) == [1],
            starts.count == 1, ends.count == 1
        else { return nil }
        return (starts[0], ends[0])
    }

    struct Projection {
        let value: PatternGraph.ValueID
        let scale: PatternGraph.ValueID?
        let epsilon: Float
    }

    /// The projection `[batch, sequence, heads · size]` that heads were made of.
    func projection(
        _ heads: PatternGraph.ValueID, headSize: Int, in graph: PatternGraph
    ) -> Projection? {
        guard let transpose = graph.node(heads, "Transpose"), transpose.integers("perm") == [0, 2, 1, 3]
        else {
            return nil
        }
        let norm = graph.node(transpose.input(0), "SimplifiedLayerNormalization")
        guard let reshape = graph.node(norm?.input(0) ?? transpose.input(0), "Reshape"),
            graph.trailingIntegers(reshape.input(1), count: 1) == [headSize], let value = reshape.input(0)
        else { return nil }
        if norm != nil, norm?.integer("axis") ?? -1 != -1 { return nil }
        return Projection(value: value, scale: norm?.input(1), epsilon: norm?.float("epsilon") ?? 0)
    }
}
