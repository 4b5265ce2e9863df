internal import Operators
internal import Tensors

// As for single layers, where a pattern has many parts.

extension NearMatches {
    /// For the negation of a half of each head.
    func rotation(_ negation: Node) -> String? {
        guard let half = graph.node(negation.input(0), "Slice", "Split"),
            let turned = readers(of: negation, "Concat").first(where: {
                $0.input(0) == negation.outputs.first
            })
        else { return nil }
        guard half.type == "Slice" else { return "heads are cut into halves by Split, not by Slice" }
        guard turned.integer("axis") == -1 else { return "halves are not joined along the axis -1" }
        let fusion = RotaryFusion()
        guard let heads = half.input(0), let output = turned.outputs[0],
            let size = fusion.halfTurned(output, of: heads, in: graph)
        else { return "the halves are not slices of the same heads' last axis between constants" }
        guard fusion.projection(heads, headSize: 2 * size, in: graph) != nil else {
            return "the heads are not transpose(norm(reshape(x))), the norm optional, but the result of "
                + origin(of: heads)
        }
        let sums = readers(of: turned, "Mul").flatMap { readers(of: $0, "Add") }
        if sums.isEmpty { return "the turned heads, multiplied by sines, are not added to anything" }
        return "the factors are not the cosines and sines of one angle in both halves, unsqueezed at axis 1"
    }

    /// For cosines, unless there are rotations that say more.
    func cosine(_ cosine: Node) -> String? {
        let isFused = readers(of: cosine.outputs.first ?? nil).contains { $0.type == "RotaryHeads" }
        let hasRotations = graph.graph.nodes.contains {
            $0.type == "Neg" && $0.domain.isEmpty && rotation($0) != nil
        }
        return isFused || hasRotations
            ? nil : "no rotation of halves, x · cos + concat(-x₂, x₁) · sin, reads it"
    }

    func skipNorm(_ norm: Node) -> String? {
        guard let sum = graph.node(norm.input(0), "Add") else { return nil }
        guard norm.integer("axis") ?? -1 == -1 else { return "its axis is not -1" }
        guard norm.outputs.count == 1 else { return "it has further outputs" }
        let hasConstant = sum.inputs.contains { graph.constant($0) != nil }
        return hasConstant ? "the sum before it adds a constant" : "the sum before it was not replaced"
    }

    /// For the first of several products of the same activations.
    func matMulNBits(_ product: Node, at index: Int) -> String? {
        let group = readers(of: product.input(0)).filter {
            $0.type == "MatMulNBits" && $0.input(0) == product.input(0)
        }
        guard group.count > 1, group[0].outputs == product.outputs else { return nil }
        let others = group.count == 2 ? "another" : "\(group.count - 1) others"
        let start = "it and \(others) multiply the same activations, but "
        if group.contains(where: { $0.integer("accuracy_level") != 4 }) {
            return start + "accuracy_level is not 4 for all"
        }
        let areConstant = group.allSatisfy { node in
            node.inputs.dropFirst().allSatisfy { $0 == nil || graph.constant($0) != nil }
        }
        return start + (areConstant ? "K, bits or block_size differ" : "weights are not constants")
    }

    func window(_ reshape: Node, at index: Int) -> String? {
        guard let entry = WindowFusion.Entry(reshape, in: graph) else { return nil }
        do throws(WindowRegion.Obstacle) {
            _ = try WindowRegion(entry, from: index, in: graph)
            return nil
        } catch {
            switch error {
            case .node(let node):
                return "the padded windows reach \(node.qualifiedType) \(node.name), "
                    + "which is not known to keep rows apart"
            case .isOutput: return "the padded windows are an output of the graph"
            case .isNotTrimmed: return "the padding is never trimmed"
            case .hasNoAttention: return "there is no fused attention within the windows"
            }
        }
    }

    /// For the node that makes a decoder's output of all keys.
    func cache(_ stack: Node) -> String? {
        guard let output = stack.outputs.first ?? nil, graph.graph.outputs.contains(output),
            graph.graph.values[output].name == "present_keys"
        else { return nil }
        var copy = graph.graph
        guard CacheInPlace().apply(to: &copy, opsets: [:]) == 0 else { return nil }
        return
            "present_keys and present_values are not both concat(unsqueeze(layer, 0), …) of as many layers, "
            + "or the past is read elsewhere, too"
    }
}
