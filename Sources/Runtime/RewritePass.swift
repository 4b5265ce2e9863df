/// A change of a graph that keeps what it computes.
package protocol RewritePass: Sendable {
    var name: String { get }

    /// - Returns: how many nodes the pass changed or removed.
    func apply(to graph: inout ComputeGraph, opsets: [String: Int]) -> Int
}
