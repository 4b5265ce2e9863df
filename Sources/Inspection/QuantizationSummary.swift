internal import Operators
internal import Runtime
internal import Tensors

/// Weights quantised in blocks, for `MatMulNBits` of com.microsoft.
package struct QuantizationSummary: Encodable, Sendable, Equatable {
    /// Nodes that are alike.
    package struct Kind: Encodable, Sendable, Equatable, Hashable {
        package let bits: Int
        package let blockSize: Int
        /// 4 if activations are quantised to int8; 0 leaves that to the runtime.
        package let accuracyLevel: Int
        package let hasZeroPoints: Bool
    }

    package struct Use: Encodable, Sendable, Equatable {
        package let kind: Kind
        package let nodes: Int
        /// Of the matrices before they were quantised, `N · K` each.
        package let parameters: Int
    }

    package let uses: [Use]
    /// Of all quantised matrices; weights that several nodes share are counted once.
    package let quantizedParameters: Int
    /// Those, and the elements of all other floating-point constants but the scales.
    package let parameters: Int
    /// Of quantised weights with their scales and zero points.
    package let bytes: Int

    /// Between 0 and 1.
    package var share: Double { parameters > 0 ? Double(quantizedParameters) / Double(parameters) : 0 }

    private enum CodingKeys: CodingKey {
        case uses, quantizedParameters, parameters, bytes, share
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(uses, forKey: .uses)
        try container.encode(quantizedParameters, forKey: .quantizedParameters)
        try container.encode(parameters, forKey: .parameters)
        try container.encode(bytes, forKey: .bytes)
        try container.encode(share, forKey: .share)
    }
}

extension QuantizationSummary {
    /// Of a graph as its file has it; nil if nothing is quantised.
    ///
    /// - Parameter floatElements: of all floating-point constants.
    init?(_ graph: ComputeGraph, floatElements: Int) {
        var seen: Set<String> = []
        var totals: [Kind: (nodes: Int, parameters: Int)] = [:]
        var (quantized, bytes, scaleElements) = (0, 0, 0)
        for (node, values) in graph.nodesWithValues
        where node.type == "MatMulNBits" && node.domain == "com.microsoft" {
            func int(_ name: String) -> Int? { (try? node.attributes.int(name)) ?? nil }
            func constant(_ input: Int) -> ComputeGraph.Value? {
                guard node.inputs.indices.contains(input), let id = node.inputs[input] else { return nil }
                return values[id].constant == nil ? nil : values[id]
            }
            let (product, overflows) = (int("N") ?? 0).multipliedReportingOverflow(by: int("K") ?? 0)
            let parameters = overflows ? 0 : max(0, product)
            let kind = Kind(
                bits: int("bits") ?? 4, blockSize: int("block_size") ?? 0,
                accuracyLevel: int("accuracy_level") ?? 0,
                hasZeroPoints: node.inputs.count > 3 && node.inputs[3] != nil)
            totals[kind, default: (0, 0)].nodes += 1
            totals[kind, default: (0, 0)].parameters &+= parameters
            for input in 1...3 {
                guard let value = constant(input), let tensor = value.constant,
                    seen.insert(value.name).inserted
                else { continue }
                bytes += tensor.byteCount
                if input == 1 { quantized &+= parameters }
                if input > 1 && tensor.elementType.isFloatingPoint { scaleElements += tensor.elementCount }
            }
        }
        if totals.isEmpty { return nil }
        uses = totals.map { Use(kind: $0.key, nodes: $0.value.nodes, parameters: $0.value.parameters) }
            .sorted { ($0.nodes, $0.parameters, $0.kind.bits) > ($1.nodes, $1.parameters, $1.kind.bits) }
        quantizedParameters = quantized
        self.parameters = quantized &+ floatElements - scaleElements
        self.bytes = bytes
    }
}

extension ComputeGraph {
    /// Every node, those of subgraphs included, with the values of its own graph.
    fileprivate var nodesWithValues: [(node: Node, values: [Value])] {
        nodes.flatMap { node in
            [(node, values)] + node.namedSubgraphs.flatMap(\.graph.nodesWithValues)
        }
    }
}
