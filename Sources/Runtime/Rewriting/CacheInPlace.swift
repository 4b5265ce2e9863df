internal import Operators

/// Turns a decoder graph into one that keeps keys and values in a ``DecodingCache``.
///
/// The graphs take all earlier keys and values as inputs, `past_keys` and `past_values`, and give all of them
/// with the new ones as outputs, `present_keys` and `present_values`, stacked by layer. Here each layer's new
/// ones are appended in place, and these inputs and outputs vanish.
package struct CacheInPlace: RewritePass {
    package let name = "CacheInPlace"

    package init() {}

    /// - Returns: the number of layers; 0 if the graph does not keep keys and values as described, and is left
    ///   as it was.
    package func apply(to graph: inout ComputeGraph, opsets: [String: Int]) -> Int {
        var rewritten = graph
        guard let layers = stackedLayers(of: "present_keys", in: graph), layers.count > 0,
            let valueLayers = stackedLayers(of: "present_values", in: graph),
            valueLayers.count == layers.count
        else { return 0 }
        for (holdsValues, parts) in [(false, layers), (true, valueLayers)] {
            for (layer, part) in parts.enumerated() {
                append(part, layer: layer, holdsValues: holdsValues, to: &rewritten)
            }
        }
        rewritten.outputs.removeAll {
            ["present_keys", "present_values"].contains(rewritten.values[$0].name)
        }
        _ = DeadNodeRemoval().apply(to: &rewritten, opsets: opsets)
        let past = rewritten.inputs.filter {
            ["past_keys", "past_values"].contains(rewritten.values[$0].name)
        }
        let isRead = rewritten.nodes.contains { node in
            node.inputs.contains { $0.map { past.contains($0) } ?? false } || !node.subgraphs.isEmpty
        }
        guard !isRead else { return 0 }
        rewritten.inputs.removeAll { past.contains($0) }
        graph = rewritten
        return layers.count
    }

    /// Each layer's part of an output that stacks them: `concat(unsqueeze(part, 0), …)`.
    private func stackedLayers(of name: String, in graph: ComputeGraph) -> [ComputeGraph.ValueID]? {
        let pattern = PatternGraph(graph)
        guard let output = graph.outputs.first(where: { graph.values[$0].name == name }),
            let concat = pattern.node(output, "Concat"), concat.integer("axis") == 0
        else { return nil }
        var parts: [ComputeGraph.ValueID] = []
        for input in concat.inputs {
            guard let unsqueeze = pattern.node(input, "Unsqueeze"), pattern.axes(unsqueeze) == [0],
                let part = unsqueeze.input(0)
            else { return nil }
            parts.append(part)
        }
        return parts
    }

    /// Lets readers of a layer's keys or values read them from the cache, after the new ones were appended.
    private func append(
        _ part: ComputeGraph.ValueID, layer: Int, holdsValues: Bool, to graph: inout ComputeGraph
    ) {
        let pattern = PatternGraph(graph)
        guard let place = pattern.place(part) else { return }
        let producer = graph.nodes[place]
        let attributes: OperatorAttributes = [
            "layer": .int(layer), "holds_values": .int(holdsValues ? 1 : 0),
        ]
        let domain = OperatorRegistry.fusedDomain
        if let new = newPositions(producer, layer: layer, holdsValues: holdsValues, in: pattern) {
            graph.nodes[place] = producer.becoming("CacheAppend", domain: domain, inputs: [new], attributes)
            return
        }
        let all = graph.addValue("\(graph.values[part].name).cached")
        for index in graph.nodes.indices {
            graph.nodes[index].inputs = graph.nodes[index].inputs.map { $0 == part ? all : $0 }
        }
        graph.nodes.insert(
            ComputeGraph.Node(
                name: "\(producer.name).append", type: "CacheAppend", domain: domain, inputs: [part],
                outputs: [all], attributes: attributes), at: place + 1)
    }

    /// What `concat(gather(past, layer), new)` adds to the past.
    private func newPositions(
        _ node: ComputeGraph.Node, layer: Int, holdsValues: Bool, in graph: PatternGraph
    ) -> ComputeGraph.ValueID? {
        guard node.type == "Concat", node.integer("axis") == 2, node.inputs.count == 2,
            let gather = graph.node(node.input(0), "Gather"), gather.integer("axis") ?? 0 == 0,
            graph.integers(gather.input(1)) == [layer], let past = gather.input(0),
            graph.graph.values[past].name == (holdsValues ? "past_values" : "past_keys")
        else { return nil }
        return node.input(1)
    }
}
