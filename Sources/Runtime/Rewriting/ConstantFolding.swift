package import Operators
internal import Tensors
internal import Threading

/// Computes once what depends on constants alone.
///
/// Results that are views of weights (a transposed embedding table) cost nothing and are always kept; others
/// only if small, because weights belong to the file cache and not to this process. Large results are not even
/// computed: a few bytes of a model can ask for gigabytes.
package struct ConstantFolding: RewritePass {
    package let name = "ConstantFolding"
    let registry: OperatorRegistry
    let context: OperatorContext

    /// In bytes.
    private static let largestResult = 1 << 20

    package init(registry: OperatorRegistry, context: OperatorContext) {
        self.registry = registry
        self.context = context
    }

    package func apply(to graph: inout ComputeGraph, opsets: [String: Int]) -> Int {
        let before = graph.nodes.count
        let nodes = graph.nodes
        graph.nodes = []
        for node in nodes where !fold(node, in: &graph, opsets: opsets) {
            graph.nodes.append(node)
        }
        return before - graph.nodes.count
    }

    /// Whether the node's outputs are constants now. A node that fails is left to fail when it runs.
    private func fold(_ node: ComputeGraph.Node, in graph: inout ComputeGraph, opsets: [String: Int]) -> Bool
    {
        var inputs: [Tensor?] = []
        for input in node.inputs {
            guard let input else {
                inputs.append(nil)
                continue
            }
            guard let constant = graph.values[input].constant else { return false }
            inputs.append(constant)
        }
        guard node.subgraphs.isEmpty,
            let type = registry.implementation(type: node.type, domain: node.domain),
            let implementation = try? type.init(OperatorNode(node, opsets: opsets)),
            let results = try? ResultLimit.$elements.withValue(
                Self.largestResult, operation: { try implementation.run(OperatorInputs(inputs), context) }),
            results.count >= node.outputs.count
        else { return false }
        let isCheap = results.allSatisfy { result in
            result.byteCount <= Self.largestResult
                || inputs.contains { $0?.sharesStorage(with: result) ?? false }
        }
        guard isCheap else { return false }
        for (output, result) in zip(node.outputs, results) {
            if let output { graph.values[output].constant = result }
        }
        return true
    }
}

/// Gives constants an address that vectors and spans can use.
///
/// Payloads inlined in a protobuf start at any byte. OpenBLAS reads such weights where they are, so those of
/// products stay; everything else is small and is copied.
package struct ConstantAlignment: RewritePass {
    package let name = "ConstantAlignment"

    package init() {}

    package func apply(to graph: inout ComputeGraph, opsets: [String: Int]) -> Int {
        var isWeight = Set<ComputeGraph.ValueID>()
        for node in graph.nodes where ["MatMul", "FusedMatMul", "Gemm", "Conv"].contains(node.type) {
            if node.inputs.count > 1, let weight = node.inputs[1] { isWeight.insert(weight) }
        }
        var copied = 0
        for id in graph.values.indices where !isWeight.contains(id) {
            guard let constant = graph.values[id].constant, !constant.isAligned else { continue }
            graph.values[id].constant = constant.contiguous()
            copied += 1
        }
        return copied
    }
}
