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
        for input in graph.requiredInputs {
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
                    name: node.label, type: node.type, domain: node.domain, inputs: inputs,
                    outputs: outputs, attributes: OperatorAttributes(node.attributes),
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
        for attribute in node.attributes {
            guard case .graph(let graph) = attribute.value else { continue }
            // What the subgraph takes from further out passes through this graph.
            for name in graph.freeNames { _ = reference(name, &ids, enclosing) }
            subgraphs[attribute.name] = ComputeGraph(graph, enclosing: ids)
        }
        return subgraphs
    }
}

extension OperatorAttributes {
    /// Attributes of the kinds that operators of this engine read.
    fileprivate init(_ attributes: [ONNXFormat.Attribute]) {
        var values: [String: AttributeValue] = [:]
        for attribute in attributes { values[attribute.name] = AttributeValue(attribute.value) }
        self.init(values)
    }
}

extension AttributeValue {
    fileprivate init?(_ value: ONNXFormat.Attribute.Value) {
        switch value {
        case .float(let value): self = .float(value)
        case .int(let value): self = .int(value)
        case .string:
            guard let text = value.text else { return nil }
            self = .string(text)
        case .tensor(let value): self = .tensor(value)
        case .floats(let values): self = .floats(values)
        case .ints(let values): self = .ints(values)
        case .strings:
            guard let texts = value.texts else { return nil }
            self = .strings(texts)
        case .graph, .graphs, .tensors: return nil
        }
    }
}
