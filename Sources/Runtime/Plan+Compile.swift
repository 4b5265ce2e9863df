package import Operators
internal import Tensors
internal import Threading

extension Plan {
    /// Compiles a graph whose nodes are in an order in which it can run.
    ///
    /// - Throws: ``SessionError``, which lists all nodes that cannot be run.
    package init(_ graph: ComputeGraph, opsets: [String: Int], registry: OperatorRegistry)
        throws(SessionError)
    {
        var refusals: [OperatorRefusal] = []
        self = Plan.compile(graph, opsets: opsets, registry: registry, &refusals)
        if !refusals.isEmpty { throw .unsupported(refusals) }
    }

    private static func compile(
        _ graph: ComputeGraph, opsets: [String: Int], registry: OperatorRegistry,
        _ refusals: inout [OperatorRefusal]
    ) -> Plan {
        let released = lastReaders(of: graph)
        let constants = graph.values.map(\.constant)
        let fed = graph.inputs + graph.captures.map(\.inner)
        var slots = Slots(fed: fed)
        var steps: [Step] = []
        for (index, node) in graph.nodes.enumerated() {
            let action: Action
            do {
                action = try self.action(for: node, opsets: opsets, registry: registry, &refusals)
            } catch {
                refusals.add(node, reason: error)
                continue
            }
            steps.append(
                step(node, action, released: released[index], constants: constants, &slots))
        }
        announceWeights(in: &steps, constants)
        var initialSlots = [Tensor?](repeating: nil, count: slots.count)
        for id in fed { initialSlots[slots.take(id)] = constants[id] }
        return Plan(
            identity: PlanIdentity(), steps: steps, valueNames: graph.values.map(\.name),
            constants: constants, slots: slots.slot, initialSlots: initialSlots,
            inputs: graph.inputs, outputs: graph.outputs, captures: graph.captures)
    }

    private static func step(
        _ node: ComputeGraph.Node, _ action: Action, released: [ComputeGraph.ValueID], constants: [Tensor?],
        _ slots: inout Slots
    ) -> Step {
        var variables: [(input: Int, slot: Int)] = []
        var fixed = [Tensor?](repeating: nil, count: node.inputs.count)
        for (input, id) in node.inputs.enumerated() {
            guard let id else { continue }
            if let constant = constants[id], slots.slot[id] == nil {
                fixed[input] = constant
            } else {
                variables.append((input, slots.take(id)))
            }
        }
        var action = action
        if case .compute(let implementation) = action,
            let bound = implementation.bound(to: fixed, variables: variables.map(\.input))
        {
            action = .compute(bound)
            fixed = [Tensor?](repeating: nil, count: fixed.count)
        }
        // Before the slots of what is released are free: results are stored while it is still there.
        let targets = node.outputs.map { $0.map { slots.take($0) } }
        for id in released { slots.release(id) }
        return Step(
            name: node.name, type: node.qualifiedType, action: action, inputs: node.inputs,
            outputs: node.outputs, released: released, constants: fixed, variables: variables,
            targets: targets, emptied: released.compactMap { slots.slot[$0] })
    }

    private static func action(
        for node: ComputeGraph.Node, opsets: [String: Int], registry: OperatorRegistry,
        _ refusals: inout [OperatorRefusal]
    ) throws(OperatorError) -> Action {
        if let branches = try node.branches {
            return .branch(
                then: compile(branches.then, opsets: opsets, registry: registry, &refusals),
                otherwise: compile(branches.otherwise, opsets: opsets, registry: registry, &refusals))
        }
        return .compute(try node.implementation(opsets: opsets, registry: registry))
    }

    /// Tells each step that streams weights what the next such step reads; the last one is followed by the first,
    /// because a decoding runs its plan again and again.
    private static func announceWeights(in steps: inout [Step], _ constants: [Tensor?]) {
        let streams = steps.indices.compactMap { index -> (step: Int, weights: [MemoryRegion])? in
            guard case .compute(let implementation) = steps[index].action else { return nil }
            let weights = implementation.streamedInputs.compactMap { input -> MemoryRegion? in
                guard steps[index].inputs.indices.contains(input), let id = steps[index].inputs[input],
                    let weights = constants[id], weights.isContiguous
                else { return nil }
                return weights.region
            }
            return weights.isEmpty ? nil : (index, weights)
        }
        for (stream, next) in zip(streams, streams.dropFirst() + streams.prefix(1)) {
            steps[stream.step].nextWeights = next.weights
        }
    }

    /// For every node the computed values that no later node and no output reads.
    private static func lastReaders(of graph: ComputeGraph) -> [[ComputeGraph.ValueID]] {
        var isKept = Set(graph.outputs)
        for (id, value) in graph.values.enumerated() where value.constant != nil { isKept.insert(id) }
        var released = [[ComputeGraph.ValueID]](repeating: [], count: graph.nodes.count)
        for (index, node) in graph.nodes.enumerated().reversed() {
            let captured = node.subgraphs.values.flatMap { $0.captures.map(\.outer) }
            // An output that nobody reads is released by the node itself.
            for case let id? in node.inputs + node.outputs + captured where isKept.insert(id).inserted {
                released[index].append(id)
            }
        }
        return released
    }
}
