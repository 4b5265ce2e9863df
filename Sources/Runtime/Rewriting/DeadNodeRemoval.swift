/// Removes nodes that compute only what nobody reads.
package struct DeadNodeRemoval: RewritePass {
    package let name = "DeadNodeRemoval"

    package init() {}

    package func apply(to graph: inout ComputeGraph, opsets: [String: Int]) -> Int {
        var isRead = [Bool](repeating: false, count: graph.values.count)
        for output in graph.outputs { isRead[output] = true }
        var kept: [ComputeGraph.Node] = []
        for node in graph.nodes.reversed()
        where node.outputs.contains(where: { $0.map { isRead[$0] } ?? false }) {
            let captured = node.subgraphs.values.flatMap { $0.captures.map(\.outer) }
            for case let input? in node.inputs + captured { isRead[input] = true }
            kept.append(node)
        }
        defer { graph.nodes = kept.reversed() }
        return graph.nodes.count - kept.count
    }
}
