import Operators
import Runtime
import Tensors

/// Builds graphs node by node.
struct GraphBuilder {
    var graph = ComputeGraph()

    mutating func input(_ name: String) -> Int {
        let id = graph.addValue(name)
        graph.inputs.append(id)
        return id
    }

    mutating func constant(_ tensor: Tensor) -> Int {
        graph.addValue("constant\(graph.values.count)", constant: tensor)
    }

    mutating func scalar(_ value: Float) -> Int { constant(Tensor(scalar: value)) }
    mutating func integers(_ values: Int64...) -> Int { constant(Tensor(values)) }

    mutating func node(
        _ type: String, _ inputs: Int?..., domain: String = "", output name: String? = nil,
        attributes: OperatorAttributes = [:]
    ) -> Int {
        let output = graph.addValue(name ?? "\(type)\(graph.values.count)")
        graph.nodes.append(
            ComputeGraph.Node(
                name: "\(type)_\(output)", type: type, domain: domain, inputs: inputs, outputs: [output],
                attributes: attributes))
        return output
    }

    func finished(_ outputs: Int...) -> ComputeGraph {
        var graph = graph
        graph.outputs = outputs
        return graph
    }
}
