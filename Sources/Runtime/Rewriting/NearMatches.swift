extension ComputeGraph {
    /// Operators of a graph after rewriting that the passes' patterns are known by, in the order of the nodes.
    ///
    /// A hint for people who export models or write passes: not everything named here could be fused.
    package var nearMatches: [NearMatch] { NearMatches(self).all }
}

/// Looks for what rewrite passes left over: an operator by which each pattern is known, and the first part of
/// the pattern around it that is not as the pass wants it.
struct NearMatches {
    typealias Node = ComputeGraph.Node
    typealias ValueID = ComputeGraph.ValueID

    let graph: PatternGraph
    private let readers: [[Int]]

    init(_ graph: ComputeGraph) {
        self.graph = PatternGraph(graph)
        readers = self.graph.readers()
    }

    var all: [NearMatch] {
        var matches: [NearMatch] = []
        for (index, node) in graph.graph.nodes.enumerated() {
            if let (pass, reason) = match(node, at: index) {
                matches.append(
                    NearMatch(pass: pass, type: node.qualifiedType, node: node.name, reason: reason))
            }
            for (name, subgraph) in node.namedSubgraphs {
                matches += subgraph.nearMatches.map {
                    NearMatch(
                        pass: $0.pass, type: $0.type, node: $0.node,
                        reason: "it is in \(name) of \(node.name), and passes leave subgraphs as they are")
                }
            }
        }
        return matches
    }

    private func match(_ node: Node, at index: Int) -> (pass: String, reason: String)? {
        func named(_ pass: any RewritePass, _ reason: String?) -> (String, String)? {
            reason.map { (pass.name, $0) }
        }
        switch node.qualifiedType {
        case "Softmax": return named(AttentionFusion(), attention(node))
        case "Sqrt": return named(RMSNormFusion(), rmsNorm(node))
        case "Erf": return named(GeluFusion(), gelu(node))
        case "Sigmoid", "com.microsoft.QuickGelu": return named(SwiGLUFusion(), swiGLU(node))
        case "Neg": return named(RotaryFusion(), rotation(node))
        case "Cos": return named(RotaryFusion(), cosine(node))
        case "LayerNormalization", "SimplifiedLayerNormalization":
            return named(SkipNormFusion(), skipNorm(node))
        case "com.microsoft.MatMulNBits": return named(MatMulNBitsFusion(), matMulNBits(node, at: index))
        case "Reshape": return named(WindowFusion(), window(node, at: index))
        case "Concat": return named(CacheInPlace(), cache(node))
        default: return nil
        }
    }
}

// MARK: Readers

extension NearMatches {
    /// Why a pattern that is complete was not taken away: what is replaced stays where others read it.
    static let isReadElsewhere = "all of the pattern is there, but its inside is read elsewhere, too"

    func readers(of value: ValueID?) -> [Node] {
        value.map { readers[$0].map { graph.graph.nodes[$0] } } ?? []
    }

    /// The readers of a node's first output that are one of ONNX's own operators.
    func readers(of node: Node, _ type: String) -> [Node] {
        readers(of: node.outputs.first ?? nil).filter { $0.type == type && $0.domain.isEmpty }
    }

    /// The products of a node's first output with a value that fulfils a condition.
    func products(of node: Node, with condition: (ValueID) -> Bool) -> [Node] {
        readers(of: node, "Mul").filter { product in
            graph.operands(product).contains { $0.0 == node.outputs.first && condition($0.1) }
        }
    }

    /// What computes a value, for messages.
    func origin(of value: ValueID?) -> String {
        guard let value else { return "nothing" }
        if graph.constant(value) != nil { return "a constant" }
        return graph.place(value).map { graph.graph.nodes[$0].qualifiedType } ?? "an input of the graph"
    }
}
