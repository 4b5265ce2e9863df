/// Checks how the nodes of a graph are connected, and brings them into an order in which each follows those
/// whose outputs it reads.
///
/// Nodes stay in the file's order, except that what a node needs is moved to just before it.
struct GraphOrder {
    private let nodes: [Node]
    /// Index of the node that makes a value.
    private var producers: [String: Int] = [:]
    /// Names that the graph itself defines.
    private var defined: Set<String> = []
    /// Names that the enclosing graphs define, outermost first. Not merged into one set, which would be
    /// copied for every graph within.
    private let outer: [Set<String>]

    /// The graph, and all graphs within it, in order.
    static func check(_ graph: Graph) throws(GraphProblem) -> Graph {
        try GraphOrder(graph, outer: []).ordered(graph)
    }

    fileprivate init(_ graph: Graph, outer: [Set<String>]) throws(GraphProblem) {
        nodes = graph.nodes
        self.outer = outer
        for input in graph.inputs { try define(input.name, kind: "input") }
        let inputs = defined
        // An initializer may be an input's default, in older models.
        for name in graph.initializerNames where !inputs.contains(name) {
            try define(name, kind: "initializer")
        }
        for (index, node) in nodes.enumerated() {
            for output in node.outputs where !output.isEmpty {
                try define(output, kind: "output")
                producers[output] = index
            }
        }
        var outputs: Set<String> = []
        for output in graph.outputs {
            guard isVisible(output.name) else { throw .missingOutput(output.name) }
            guard outputs.insert(output.name).inserted else {
                throw .duplicateName(output.name, kind: "output")
            }
        }
    }

    /// A name may be defined only once, and graphs within must not define those that they see.
    private mutating func define(_ name: String, kind: String) throws(GraphProblem) {
        guard !isVisible(name) else { throw .duplicateName(name, kind: kind) }
        defined.insert(name)
    }

    private func isVisible(_ name: String) -> Bool {
        defined.contains(name) || outer.contains { $0.contains(name) }
    }

    fileprivate func ordered(_ graph: Graph) throws(GraphProblem) -> Graph {
        let needs = try nodes.map { node throws(GraphProblem) in try producersNeeded(by: node) }
        let order = try order(needs)
        // Graphs within see all of this one's values: the order makes sure that those they read exist.
        let scopes = outer + [defined]
        return Graph(
            name: graph.name,
            nodes: try order.map { index throws(GraphProblem) in
                try nodes[index].orderingSubgraphs(outer: scopes)
            },
            initializers: graph.initializers, initializerNames: graph.initializerNames,
            inputs: graph.inputs, outputs: graph.outputs, valueInfos: graph.valueInfos)
    }

    /// Indices of the nodes that make what a node, or a graph within it, reads.
    private func producersNeeded(by node: Node) throws(GraphProblem) -> [Int] {
        var needed: [Int] = []
        for name in node.inputs where !name.isEmpty {
            if let producer = producers[name] {
                needed.append(producer)
            } else if !isVisible(name) {
                throw .missingInput(name, node: node.label)
            }
        }
        // Names that are missing in a graph within are found when that graph is checked.
        for graph in node.subgraphs {
            for name in graph.freeNames { if let producer = producers[name] { needed.append(producer) } }
        }
        return needed
    }

    /// Depth first with a stack of its own: graphs may be chains of any length.
    private func order(_ needs: [[Int]]) throws(GraphProblem) -> [Int] {
        enum State { case waiting, open, done }
        var states = [State](repeating: .waiting, count: nodes.count)
        var order: [Int] = []
        order.reserveCapacity(nodes.count)
        for root in nodes.indices where states[root] == .waiting {
            var stack = [(node: root, next: 0)]
            states[root] = .open
            while let (node, next) = stack.last {
                guard next < needs[node].count else {
                    states[node] = .done
                    order.append(node)
                    stack.removeLast()
                    continue
                }
                stack[stack.count - 1].next += 1
                let needed = needs[node][next]
                switch states[needed] {
                case .done: break
                case .waiting:
                    states[needed] = .open
                    stack.append((needed, 0))
                case .open:
                    let cycle = stack.drop { $0.node != needed }
                    throw .cycle(nodes: cycle.reversed().map { nodes[$0.node].label })
                }
            }
        }
        return order
    }
}

extension Node {
    fileprivate func orderingSubgraphs(outer: [Set<String>]) throws(GraphProblem) -> Node {
        guard !subgraphs.isEmpty else { return self }
        func ordered(_ graph: Graph) throws(GraphProblem) -> Graph {
            try GraphOrder(graph, outer: outer).ordered(graph)
        }
        let attributes = try attributes.map { attribute throws(GraphProblem) in
            switch attribute.value {
            case .graph(let graph):
                Attribute(name: attribute.name, value: .graph(try ordered(graph)))
            case .graphs(let graphs):
                Attribute(name: attribute.name, value: .graphs(try graphs.map(ordered)))
            default: attribute
            }
        }
        return Node(
            name: name, type: type, domain: domain, inputs: inputs, outputs: outputs, attributes: attributes)
    }
}
