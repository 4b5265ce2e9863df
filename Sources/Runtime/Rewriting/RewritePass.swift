/// A change of a graph that keeps what it computes.
package protocol RewritePass: Sendable {
    /// As the report of a session's rewrites names it.
    var name: String { get }

    /// - Returns: how many nodes the pass changed or removed.
    func apply(to graph: inout ComputeGraph, opsets: [String: Int]) -> Int
}

/// A pass that replaces one node at a time: the last of a pattern by a node that computes all of it.
///
/// What the pattern's other nodes compute may be read elsewhere, too; ``DeadNodeRemoval`` takes those away
/// that nobody reads any more.
protocol PatternPass: RewritePass {
    /// - Returns: what computes the outputs of `node` from then on; nil where the pattern does not end here.
    func replacement(for node: ComputeGraph.Node, in graph: PatternGraph) -> ComputeGraph.Node?
}

extension PatternPass {
    package func apply(to graph: inout ComputeGraph, opsets: [String: Int]) -> Int {
        var pattern = PatternGraph(graph)
        var count = 0
        for index in pattern.graph.nodes.indices {
            guard let fused = replacement(for: pattern.graph.nodes[index], in: pattern) else { continue }
            pattern.replace(at: index, with: fused)
            count += 1
        }
        graph = pattern.graph
        return count
    }
}
