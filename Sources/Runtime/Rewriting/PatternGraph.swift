internal import Operators
internal import Tensors

/// A graph with what patterns ask of it: who computes a value, who reads it, and what constants hold.
struct PatternGraph {
    typealias Node = ComputeGraph.Node
    typealias ValueID = ComputeGraph.ValueID

    private(set) var graph: ComputeGraph
    /// Place of the node that computes a value.
    private var producers: [Int?]

    init(_ graph: ComputeGraph) {
        self.graph = graph
        producers = [Int?](repeating: nil, count: graph.values.count)
        for (index, node) in graph.nodes.enumerated() {
            for case let output? in node.outputs { producers[output] = index }
        }
    }

    /// Replaces a node. What it no longer computes must be computed by another one.
    mutating func replace(at index: Int, with node: Node) {
        graph.nodes[index] = node
        for case let output? in node.outputs { producers[output] = index }
    }

    /// A new constant.
    mutating func addConstant(_ name: String, _ tensor: Tensor) -> ValueID {
        producers.append(nil)
        return graph.addValue(name, constant: tensor)
    }

    /// Place of the node that computes a value.
    func place(_ value: ValueID?) -> Int? { value.flatMap { producers[$0] } }

    /// The node that computes a value, if it is one of the named operators.
    func node(_ value: ValueID?, _ types: String..., domain: String = "") -> Node? {
        guard let value, let index = producers[value] else { return nil }
        let node = graph.nodes[index]
        return node.domain == domain && types.contains(node.type) ? node : nil
    }

    /// The nodes that read each value; those that a subgraph reads are read by its node.
    func readers() -> [[Int]] {
        var readers = [[Int]](repeating: [], count: graph.values.count)
        for (index, node) in graph.nodes.enumerated() {
            let captured = node.subgraphs.values.flatMap { $0.captures.map(\.outer) }
            for case let input? in Set(node.inputs + captured) { readers[input].append(index) }
        }
        return readers
    }

    /// Whether each value has one reader and is no output: what computes it can become part of what reads it.
    func privateValues() -> [Bool] {
        var isPrivate = readers().map { $0.count == 1 }
        for output in graph.outputs { isPrivate[output] = false }
        return isPrivate
    }
}

// MARK: Operands

extension PatternGraph {
    /// Both orders of the operands of a node that does not care for it.
    func operands(_ node: Node) -> [(ValueID, ValueID)] {
        guard node.inputs.count == 2, let a = node.inputs[0], let b = node.inputs[1] else { return [] }
        return [(a, b), (b, a)]
    }

    /// The other operand of a node of which one is a constant of one element, and that element.
    func scalarOperand(_ node: Node) -> (value: ValueID, scalar: Float)? {
        for (value, other) in operands(node) {
            if let scalar = scalar(other), constant(value) == nil { return (value, scalar) }
        }
        return nil
    }

    /// The other operand of a node of which one is a given number.
    func operand(_ node: Node?, besides scalar: Float, tolerance: Float = 0) -> ValueID? {
        guard let node, let operand = scalarOperand(node), abs(operand.scalar - scalar) <= tolerance else {
            return nil
        }
        return operand.value
    }
}

// MARK: Constants

extension PatternGraph {
    func constant(_ value: ValueID?) -> Tensor? {
        value.flatMap { graph.values[$0].constant }
    }

    /// A float32 constant of one element.
    func scalar(_ value: ValueID?) -> Float? {
        guard let tensor = constant(value), tensor.elementType == .float32, tensor.elementCount == 1 else {
            return nil
        }
        return tensor.array(Float.self)[0]
    }

    /// A constant of integers.
    func integers(_ value: ValueID?) -> [Int]? {
        guard let tensor = constant(value), tensor.elementType == .int64, tensor.elementCount <= 16 else {
            return nil
        }
        return tensor.array(Int64.self).map { Int($0) }
    }

    /// The axes of a node, which newer operator sets have as an input and older ones as an attribute.
    func axes(_ node: Node) -> [Int]? {
        if case .ints(let axes)? = node.attributes["axes"] { return axes }
        return node.inputs.count > 1 ? integers(node.inputs[1]) : nil
    }

    /// A shape as far as its last entries are constants: what `Concat` puts together, or all of a constant.
    func trailingIntegers(_ shape: ValueID?, count: Int) -> [Int]? {
        if let all = integers(shape) { return all.count >= count ? all.suffix(count) : nil }
        guard let concat = node(shape, "Concat") else { return nil }
        var trailing: [Int] = []
        for input in concat.inputs.reversed() where trailing.count < count {
            guard let part = integers(input) else { return nil }
            trailing = part + trailing
        }
        return trailing.count >= count ? trailing.suffix(count) : nil
    }

    /// An entry of a shape if it is a constant: of a constant, or where `Concat` puts single numbers together.
    func entry(_ index: Int, ofShape shape: ValueID?) -> Int? {
        if let all = integers(shape) { return all.indices.contains(index) ? all[index] : nil }
        guard let concat = node(shape, "Concat"), concat.inputs.indices.contains(index),
            let part = integers(concat.inputs[index]), part.count == 1
        else { return nil }
        return part[0]
    }
}

extension ComputeGraph.Node {
    func input(_ index: Int) -> ComputeGraph.ValueID? {
        index < inputs.count ? inputs[index] : nil
    }

    func integer(_ name: String) -> Int? {
        if case .int(let value)? = attributes[name] { return value }
        return nil
    }

    func integers(_ name: String) -> [Int]? {
        if case .ints(let values)? = attributes[name] { return values }
        return nil
    }

    func float(_ name: String) -> Float? {
        if case .float(let value)? = attributes[name] { return value }
        return nil
    }

    func string(_ name: String) -> String? {
        if case .string(let value)? = attributes[name] { return value }
        return nil
    }

    /// A node of this one's name and outputs that computes them otherwise.
    func becoming(
        _ type: String, domain: String = "", inputs: [ComputeGraph.ValueID?],
        outputs: [ComputeGraph.ValueID?]? = nil, _ attributes: OperatorAttributes = [:]
    ) -> ComputeGraph.Node {
        ComputeGraph.Node(
            name: name, type: type, domain: domain, inputs: inputs, outputs: outputs ?? self.outputs,
            attributes: attributes)
    }
}
