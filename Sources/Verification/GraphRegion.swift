internal import ONNXFormat

/// Which nodes of a graph lie between known values and an output.
struct GraphRegion {
    private let graph: Graph
    private let producers: [String: Int]

    init(_ graph: Graph) {
        self.graph = graph
        var producers: [String: Int] = [:]
        for (index, node) in graph.nodes.enumerated() {
            for output in node.outputs where !output.isEmpty { producers[output] = index }
        }
        self.producers = producers
    }

    /// The node that produces a value; nil for inputs, weights, and values of subgraphs.
    func producer(of name: String) -> Node? {
        producers[name].map { graph.nodes[$0] }
    }

    /// The nodes that a value is computed by, back to known values, in the order of execution.
    func nodes(computing name: String, known: Set<String>) -> [Node] {
        var found: Set<Int> = []
        var pending = [name]
        while let name = pending.popLast() {
            guard let index = producers[name], found.insert(index).inserted else { continue }
            let node = graph.nodes[index]
            let read = node.inputs + node.subgraphs.flatMap(\.freeNames)
            pending += read.filter { !known.contains($0) }
        }
        return found.sorted().map { graph.nodes[$0] }
    }

    /// Whether an int8 rounding of something that is not exactly the reference's value comes before the
    /// output, so that single roundings may fall the other way.
    func roundsComputedValues(_ nodes: [Node], known: Set<String>) -> Bool {
        nodes.contains { node in
            node.quantizesActivations
                && node.inputs.first.map { producers[$0] != nil && !known.contains($0) } ?? false
        }
    }
}
