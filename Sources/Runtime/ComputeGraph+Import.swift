package import ONNXFormat
internal import Operators
internal import Tensors

extension ComputeGraph {
    /// The graph of a model as its file has it.
    package init(_ graph: ONNXFormat.Graph) {
        self.init(graph, enclosing: [:])
    }

    /// - Parameter enclosing: values of the graphs around this one by name, which it may read.
    private init(_ graph: ONNXFormat.Graph, enclosing: [String: ValueID]) {
        var ids: [String: ValueID] = [:]
        for name in graph.initializerNames {
            ids[name] = addValue(name, constant: graph.initializers[name])
        }
        for input in graph.inputs where ids[input.name] == nil {
            let id = addValue(input.name)
            ids[input.name] = id
            inputs.append(id)
        }
        for node in graph.nodes {
            let inputs = node.inputs.map { reference($0, &ids, enclosing) }
            let subgraphs = importSubgraphs(of: node, &ids, enclosing)
            let outputs = node.outputs.map { name -> ValueID? in
                if name.isEmpty { return nil }
                let id = addValue(name)
                ids[name] = id
                return id
            }
            nodes.append(
                Node(
                    name: node.name, type: node.type, domain: node.domain == "ai.onnx" ? "" : node.domain,
                    inputs: inputs, outputs: outputs,
                    attributes: OperatorAttributes(node.attributes.compactMapValues(AttributeValue.init)),
                    subgraphs: subgraphs))
        }
        outputs = graph.outputs.compactMap { reference($0.name, &ids, enclosing) }
    }

    /// The value of a name, captured from outside if it is not this graph's own. The loader has checked that
    /// every name is defined.
    private mutating func reference(
        _ name: String, _ ids: inout [String: ValueID], _ enclosing: [String: ValueID]
    ) -> ValueID? {
        if name.isEmpty { return nil }
        if let id = ids[name] { return id }
        guard let outer = enclosing[name] else { return nil }
        let inner = addValue(name)
        ids[name] = inner
        captures.append((outer, inner))
        return inner
    }

    private mutating func importSubgraphs(
        of node: ONNXFormat.Node, _ ids: inout [String: ValueID], _ enclosing: [String: ValueID]
    ) -> [String: ComputeGraph] {
        var subgraphs: [String: ComputeGraph] = [:]
        for (name, attribute) in node.attributes {
            guard case .graph(let graph) = attribute else { continue }
            // What the subgraph takes from further out passes through this graph.
            for outer in enclosing.keys where ids[outer] == nil && graph.reads(outer) {
                _ = reference(outer, &ids, enclosing)
            }
            subgraphs[name] = ComputeGraph(graph, enclosing: ids)
        }
        return subgraphs
    }
}

extension ONNXFormat.Graph {
    /// Whether a node of this graph, or of one within it, reads a value of that name.
    fileprivate func reads(_ name: String) -> Bool {
        outputs.contains { $0.name == name }
            || nodes.contains { node in
                node.inputs.contains(name)
                    || node.attributes.values.contains { attribute in
                        if case .graph(let graph) = attribute { graph.reads(name) } else { false }
                    }
            }
    }
}

extension AttributeValue {
    /// Nil for kinds that no operator of this engine reads.
    fileprivate init?(_ attribute: ONNXFormat.Attribute) {
        switch attribute {
        case .float(let value): self = .float(value)
        case .int(let value): self = .int(Int(value))
        case .string(let value): self = .string(value)
        case .tensor(let value): self = .tensor(value)
        case .floats(let values): self = .floats(values)
        case .ints(let values): self = .ints(values.map { Int($0) })
        case .strings(let values): self = .strings(values)
        default: return nil
        }
    }
}
