internal import Operators

/// `SwiGLU` of both products of a `MatMulNBitsGroup` becomes one node with them, `MatMulNBitsSwiGLU`.
package struct MatMulNBitsSwiGLUFusion: RewritePass {
    package let name = "MatMulNBitsSwiGLUFusion"

    package init() {}

    package func apply(to graph: inout ComputeGraph, opsets: [String: Int]) -> Int {
        var pattern = PatternGraph(graph)
        let isPrivate = pattern.privateValues()
        var count = 0
        for index in pattern.graph.nodes.indices {
            let node = pattern.graph.nodes[index]
            guard node.type == "SwiGLU", node.domain == OperatorRegistry.fusedDomain,
                let gate = node.input(0), let up = node.input(1), isPrivate[gate], isPrivate[up],
                let group = pattern.node(gate, "MatMulNBitsGroup", domain: OperatorRegistry.fusedDomain),
                let columns = group.integers("N"), columns.count == 2, columns[0] == columns[1],
                let fused = fused(group, gate: gate, up: up, becoming: node)
            else { continue }
            pattern.replace(at: index, with: fused)
            count += 1
        }
        graph = pattern.graph
        return count
    }

    private func fused(
        _ group: ComputeGraph.Node, gate: ComputeGraph.ValueID, up: ComputeGraph.ValueID,
        becoming node: ComputeGraph.Node
    ) -> ComputeGraph.Node? {
        let operands = group.inputs.dropFirst()
        let half = operands.count / 2
        let (first, second) = (operands.prefix(half), operands.suffix(half))
        let ordered: ArraySlice<ComputeGraph.ValueID?>
        switch group.outputs {
        case [gate, up]: ordered = first + second
        case [up, gate]: ordered = second + first
        default: return nil
        }
        return node.becoming(
            "MatMulNBitsSwiGLU", domain: OperatorRegistry.fusedDomain,
            inputs: Array(group.inputs.prefix(1)) + ordered, group.attributes)
    }
}
