internal import Operators

/// Products of the same activations with quantised weights (Q, K and V; gate and up) become one node,
/// `MatMulNBitsGroup`, which quantises the activations once.
package struct MatMulNBitsFusion: RewritePass {
    package let name = "MatMulNBitsFusion"

    package init() {}

    /// What products of one group have in common.
    private struct Key: Hashable {
        let activations: ComputeGraph.ValueID
        let attributes: [Int?]
    }

    private static let shared = ["K", "bits", "block_size", "accuracy_level"]
    private static let operandCount = 5

    package func apply(to graph: inout ComputeGraph, opsets: [String: Int]) -> Int {
        var groups: [Key: [Int]] = [:]
        for (index, node) in graph.nodes.enumerated()
        where node.type == "MatMulNBits" && node.domain == "com.microsoft" {
            guard let a = node.input(0), node.integer("accuracy_level") == 4, node.integer("N") != nil,
                node.outputs.count == 1, node.inputs.count <= 1 + Self.operandCount,
                node.inputs.dropFirst().allSatisfy({ $0.map { graph.values[$0].constant != nil } ?? true })
            else { continue }
            groups[Key(activations: a, attributes: Self.shared.map { node.integer($0) }), default: []]
                .append(index)
        }
        var count = 0
        for members in groups.values where members.count > 1 {
            // All other operands are constants, so that the first member's place is late enough for all.
            graph.nodes[members[0]] = fused(members.map { graph.nodes[$0] })
            for index in members.dropFirst() {
                graph.nodes[index] = graph.nodes[index].becoming("Identity", inputs: [], outputs: [])
            }
            count += members.count
        }
        graph.nodes.removeAll { $0.outputs.isEmpty }
        return count
    }

    private func fused(_ nodes: [ComputeGraph.Node]) -> ComputeGraph.Node {
        var inputs = Array(nodes[0].inputs.prefix(1))
        for node in nodes {
            inputs += (1...Self.operandCount).map { node.input($0) }
        }
        var attributes = nodes[0].attributes.values
        attributes["N"] = .ints(nodes.compactMap { $0.integer("N") })
        return nodes[0].becoming(
            "MatMulNBitsGroup", domain: OperatorRegistry.fusedDomain, inputs: inputs,
            outputs: nodes.flatMap(\.outputs), OperatorAttributes(attributes))
    }
}
