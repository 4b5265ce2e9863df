internal import COnnxProto
internal import CProtobufC
internal import Tensors

/// Makes ``Graph``s of `GraphProto`s.
struct GraphDecoder {
    let tensors: TensorDecoder
    let operatorSets: [String: Int]

    /// The model's own graph, with all graphs within, checked and in order.
    func graph(_ proto: Onnx__GraphProto) throws(ModelProblem) -> Graph {
        let graph = try unchecked(proto)
        do {
            return try GraphOrder.check(graph)
        } catch {
            throw .graph(error)
        }
    }

    /// A graph whose connections have not been looked at.
    private func unchecked(_ proto: Onnx__GraphProto) throws(ModelProblem) -> Graph {
        if let sparse = proto.sparseInitializers.first {
            throw .unsupported(what: "sparse tensor", name: sparse.valueTensor?.name.lossyText ?? "")
        }
        var initializers: [String: Tensor] = [:]
        var names: [String] = []
        for tensor in proto.initializers {
            let name = try text(tensor.name, "an initializer's name")
            guard !name.isEmpty else { throw .graph(.emptyName(kind: "initializer")) }
            let value = try tensors.decode(tensor, name: name)
            guard initializers.updateValue(value, forKey: name) == nil else {
                throw .graph(.duplicateName(name, kind: "initializer"))
            }
            names.append(name)
        }
        return Graph(
            name: try text(proto.name, "the graph's name"),
            nodes: try map(proto.nodes, node),
            initializers: initializers, initializerNames: names,
            inputs: try map(proto.inputs) { value throws(ModelProblem) in
                try valueInfo(value, kind: "input")
            },
            outputs: try map(proto.outputs) { value throws(ModelProblem) in
                try valueInfo(value, kind: "output")
            },
            valueInfos: try map(proto.valueInfos) { value throws(ModelProblem) in
                try valueInfo(value, kind: nil)
            })
    }

    // MARK: Nodes

    private func node(_ proto: Onnx__NodeProto) throws(ModelProblem) -> Node {
        let name = try text(proto.name, "a node's name")
        let node = Node(
            name: name,
            type: try text(proto.op_type, "the operator of node \(name)"),
            domain: try domainName(proto.domain, "the domain of node \(name)"),
            inputs: try map(proto.inputs) { input throws(ModelProblem) in
                try text(input, "an input of node \(name)")
            },
            outputs: try map(proto.outputs) { output throws(ModelProblem) in
                try text(output, "an output of node \(name)")
            },
            attributes: [])
        // ONNX Runtime's own optimiser writes models that use com.microsoft without importing it; there has
        // only ever been one version.
        guard operatorSets[node.domain] != nil || node.domain == "com.microsoft" else {
            throw .operatorSet(
                domain: node.domain, reason: "used by node \(node.label.quotedForMessage), but not imported")
        }
        var seen: Set<String> = []
        let attributes = try map(proto.attributes) { proto throws(ModelProblem) in
            let attribute = try attribute(proto, of: node.label)
            guard seen.insert(attribute.name).inserted else {
                throw .attribute(node: node.label, attribute: attribute.name, reason: "occurs twice")
            }
            return attribute
        }
        return Node(
            name: name, type: node.type, domain: node.domain, inputs: node.inputs, outputs: node.outputs,
            attributes: attributes)
    }

    private func attribute(
        _ proto: Onnx__AttributeProto, of node: String
    ) throws(ModelProblem) -> Attribute {
        let name = try text(proto.name, "an attribute's name of node \(node)")
        func refusal(_ reason: String) -> ModelProblem {
            .attribute(node: node, attribute: name, reason: reason)
        }
        func decode(_ tensor: Onnx__TensorProto) throws(ModelProblem) -> Tensor {
            try tensors.decode(tensor, name: "\(name) of \(node)")
        }
        guard proto.ref_attr_name.array.isEmpty else {
            throw refusal("refers to a function's attribute, outside of a function")
        }
        let value: Attribute.Value
        // AttributeProto.AttributeType
        switch proto.type {
        case 1: value = .float(proto.f)
        case 2: value = .int(Int(proto.i))
        case 3: value = .string(proto.s.array)
        case 4:
            guard let tensor = proto.tensor else { throw refusal("has no tensor") }
            value = .tensor(try decode(tensor))
        case 5:
            guard let graph = proto.graph else { throw refusal("has no graph") }
            value = .graph(try unchecked(graph))
        case 6: value = .floats(proto.floatList)
        case 7: value = .ints(proto.intList.map { Int($0) })
        case 8: value = .strings(proto.stringList.map(\.array))
        case 9: value = .tensors(try map(proto.tensorList, decode))
        case 10: value = .graphs(try map(proto.graphList, unchecked))
        case 11, 12: throw refusal("is a sparse tensor, which is not supported")
        case 13, 14: throw refusal("is a type, which is not supported")
        default: throw refusal("has the unknown type \(proto.type)")
        }
        return Attribute(name: name, value: value)
    }

    // MARK: Types of values

    /// - Parameter kind: of a value that the graph takes or gives; nil for one inside, whose type need not be
    ///   one of this engine as long as no node is run that makes it.
    private func valueInfo(
        _ proto: Onnx__ValueInfoProto, kind: String?
    ) throws(ModelProblem) -> ValueInfo {
        let name = try text(proto.name, "the name of an \(kind ?? "inner value")")
        if let kind, name.isEmpty { throw .graph(.emptyName(kind: kind)) }
        if let other = proto.valueType?.otherKind { throw .unsupported(what: other, name: name) }
        guard let type = proto.valueType?.tensorType else {
            return ValueInfo(name: name, elementType: nil, dimensions: nil)
        }
        var elementType: ElementType?
        if kind == nil || type.elem_type == 0 {
            elementType = ElementType(rawValue: type.elem_type)
        } else {
            do {
                elementType = try ElementType(checking: type.elem_type)
            } catch {
                throw .tensor(name: name, error)
            }
        }
        return ValueInfo(
            name: name, elementType: elementType, dimensions: try dimensions(type.dimensions, of: name))
    }

    private func dimensions(
        _ protos: [Onnx__DimensionProto]?, of name: String
    ) throws(ModelProblem) -> [Dimension]? {
        guard let protos else { return nil }
        // The product of the known ones must be addressable, as it must be of a tensor.
        do {
            _ = try TensorDecoder.shape(protos.map { $0.has_dim_value != 0 ? $0.dim_value : 1 })
        } catch {
            throw .tensor(name: name, error)
        }
        return try map(protos) { proto throws(ModelProblem) in
            if proto.has_dim_value != 0 { return .fixed(Int(proto.dim_value)) }
            let symbol = try text(proto.dim_param, "a dimension of \(name)")
            return symbol.isEmpty ? .unknown : .symbol(symbol)
        }
    }
}

/// `Sequence.map` loses the type of the error when the closure's is inferred.
private func map<Element, Result>(
    _ values: [Element], _ transform: (Element) throws(ModelProblem) -> Result
) throws(ModelProblem) -> [Result] {
    var results: [Result] = []
    results.reserveCapacity(values.count)
    for value in values { results.append(try transform(value)) }
    return results
}
