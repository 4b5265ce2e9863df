internal import Operators
internal import Tensors

/// Computes `logits`, `[batch, sequence, vocabulary]`, for the last position alone, and so everything before
/// that works on each position by itself, back to the last attention.
package struct LastPosition: RewritePass {
    package let name = "LastPosition"

    package init() {}

    /// - Returns: how many nodes work on the last position alone now.
    package func apply(to graph: inout ComputeGraph, opsets: [String: Int]) -> Int {
        guard let logits = graph.outputs.first(where: { graph.values[$0].name == "logits" }) else { return 0 }
        let (nodes, inputs) = region(endingAt: logits, in: PatternGraph(graph))
        guard !nodes.isEmpty else { return 0 }
        func constant(_ name: String, _ value: Int64) -> ComputeGraph.ValueID {
            graph.addValue("last_position.\(name)", constant: Tensor([value]))
        }
        let (start, end, axis) = (constant("start", -1), constant("end", .max), constant("axis", 1))
        var last: [ComputeGraph.ValueID: ComputeGraph.ValueID] = [:]
        var rewritten: [ComputeGraph.Node] = []
        for (place, node) in graph.nodes.enumerated() {
            guard nodes.contains(place) else {
                rewritten.append(node)
                continue
            }
            var node = node
            for case let input? in Set(node.inputs) where inputs.contains(input) && last[input] == nil {
                let name = graph.values[input].name
                let sliced = graph.addValue("\(name).last")
                rewritten.append(
                    ComputeGraph.Node(
                        name: "\(name).last", type: "Slice", inputs: [input, start, end, axis],
                        outputs: [sliced]))
                last[input] = sliced
            }
            node.inputs = node.inputs.map { input in input.map { last[$0] ?? $0 } }
            rewritten.append(node)
        }
        graph.nodes = rewritten
        return nodes.count
    }

    /// The nodes that work on each position by itself and that nobody but such nodes reads, and what they
    /// read from elsewhere.
    private func region(
        endingAt logits: ComputeGraph.ValueID, in graph: PatternGraph
    ) -> (nodes: Set<Int>, inputs: Set<ComputeGraph.ValueID>) {
        let readers = graph.readers()
        var nodes: Set<Int> = []
        var inputs: Set<ComputeGraph.ValueID> = []
        for (index, node) in graph.graph.nodes.enumerated().reversed() {
            guard let positioned = positionedInputs(node, in: graph) else { continue }
            let isPrivate = node.outputs.allSatisfy { output in
                guard let output else { return true }
                return (output == logits || !graph.graph.outputs.contains(output))
                    && readers[output].allSatisfy { nodes.contains($0) }
            }
            guard isPrivate else { continue }
            nodes.insert(index)
            for case let output? in node.outputs { inputs.remove(output) }
            inputs.formUnion(positioned)
        }
        return (nodes, inputs)
    }

    /// The inputs with a row for each position, of a node that works on each by itself; nil for other nodes.
    private func positionedInputs(
        _ node: ComputeGraph.Node, in graph: PatternGraph
    ) -> [ComputeGraph.ValueID]? {
        let count: Int
        switch node.type {
        case "Linear":
            let inputs = [node.input(0), node.input(3)].compactMap { $0 }
            return inputs.allSatisfy { graph.constant($0) == nil } ? inputs : nil
        case "MatMulNBits", "MatMulNBitsGroup", "MatMulNBitsSwiGLU", "SimplifiedLayerNormalization": count = 1
        case "MatMul" where graph.constant(node.input(1))?.rank == 2: count = 1
        case "SwiGLU", "SkipSimplifiedLayerNormalization": count = 2
        default: return nil
        }
        let inputs = node.inputs.prefix(count).compactMap { $0 }
        return inputs.count == count && inputs.allSatisfy { graph.constant($0) == nil } ? inputs : nil
    }
}
