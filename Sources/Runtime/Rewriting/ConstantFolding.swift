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
/// Payloads inlined in a protobuf start at any byte. Products read such weights where they are, so these stay if
/// nothing else reads them; everything else is small and is copied.
package struct ConstantAlignment: RewritePass {
    package let name = "ConstantAlignment"

    /// The inputs that operators read at any address.
    private static let weights = [
        "MatMul": 1...1, "FusedMatMul": 1...1, "Gemm": 1...1, "Conv": 1...1, "MatMulNBits": 1...3,
    ]

    package init() {}

    package func apply(to graph: inout ComputeGraph, opsets: [String: Int]) -> Int {
        var needsAlignment = Set(graph.outputs)
        for node in graph.nodes {
            for subgraph in node.subgraphs.values { needsAlignment.formUnion(subgraph.captures.map(\.outer)) }
            for case (let place, let input?) in node.inputs.enumerated()
            where !(Self.weights[node.type]?.contains(place) ?? false) {
                needsAlignment.insert(input)
            }
        }
        var copied = 0
        for id in needsAlignment {
            guard let constant = graph.values[id].constant, !constant.isAligned else { continue }
            graph.values[id].constant = constant.contiguous()
            copied += 1
        }
        return copied
    }
}
