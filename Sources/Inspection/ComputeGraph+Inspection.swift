internal import ONNXFormat
internal import Operators
internal import Runtime
internal import Tensors

extension ComputeGraph {
    /// The tensors that the file holds: initializers, and those of `Constant` nodes, of subgraphs, too.
    var constants: [Tensor] {
        values.compactMap(\.constant)
            + nodes.flatMap { node -> [Tensor] in
                let own = node.type == "Constant" ? (try? node.attributes.tensor("value")) ?? nil : nil
                return (own.map { [$0] } ?? []) + node.namedSubgraphs.flatMap(\.graph.constants)
            }
    }

    var operatorCounts: [GraphInspection.OperatorCount] {
        var counts: [String: Int] = [:]
        for node in allNodes { counts[node.qualifiedType, default: 0] += 1 }
        return counts.map { .init(type: $0.key, count: $0.value) }
            .sorted { ($1.count, $0.type) < ($0.count, $1.type) }
    }

    /// Of a graph as its file has it.
    func operatorUses(opsets: [String: Int]) -> [GraphInspection.OperatorUse] {
        var refused: [String: Int] = [:]
        for refusal in refusals(opsets: opsets) { refused[refusal.type, default: 0] += refusal.nodes.count }
        return operatorCounts.map {
            .init(type: $0.type, count: $0.count, supported: $0.count - (refused[$0.type] ?? 0))
        }
    }

    /// What keeps the graph of a file from being run.
    func problems(opsets: [String: Int]) -> [GraphInspection.Problem] {
        Session.operatorSetErrors(opsets).map { .init(message: "\($0)", nodes: []) }
            + refusals(opsets: opsets).map { .init(message: "\($0.type): \($0.reason)", nodes: $0.nodes) }
    }
}

extension GraphInspection.Value {
    init(_ info: ValueInfo) {
        name = info.name
        type = info.elementType?.description
        shape = info.dimensions?.map { dimension in
            switch dimension {
            case .fixed(let size): .size(size)
            case .symbol(let symbol): .name(symbol)
            case .unknown: .name("?")
            }
        }
    }
}

extension GraphInspection.ConstantTotal {
    static func all(of tensors: [Tensor]) -> [Self] {
        Dictionary(grouping: tensors, by: \.elementType).map { type, tensors in
            Self(
                type: type.description, tensors: tensors.count,
                elements: tensors.reduce(0) { $0 + $1.elementCount },
                bytes: tensors.reduce(0) { $0 + $1.byteCount })
        }.sorted { ($1.bytes, $0.type) < ($0.bytes, $1.type) }
    }
}

extension GraphInspection.Rewriting {
    init(fusion: Bool, before: ComputeGraph, after: RewrittenGraph) {
        self.fusion = fusion
        nodesBefore = before.allNodes.count
        nodesAfter = after.graph.allNodes.count
        var passes: [GraphInspection.Pass] = []
        for rewrite in after.rewrites {
            if let index = passes.firstIndex(where: { $0.name == rewrite.pass }) {
                passes[index] = .init(name: rewrite.pass, count: passes[index].count + rewrite.count)
            } else {
                passes.append(.init(name: rewrite.pass, count: rewrite.count))
            }
        }
        self.passes = passes
        operators = after.graph.operatorCounts
        nearMatches = fusion ? after.graph.nearMatches.map(GraphInspection.Near.init) : []
    }
}
