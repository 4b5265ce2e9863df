import Operators
import Runtime
import Tensors
import Testing
import Threading

/// Plans compiled from graphs that are made by hand.
@Suite struct PlanTests {
    private let context = OperatorContext(pool: ThreadPool(threads: 1))

    private func node(
        _ type: String, _ inputs: [Int?], _ outputs: [Int?], domain: String = "",
        attributes: OperatorAttributes = [:], subgraphs: [String: ComputeGraph] = [:]
    ) -> ComputeGraph.Node {
        ComputeGraph.Node(
            name: "\(type)_\(outputs.compactMap { $0 }.first ?? 0)", type: type, domain: domain,
            inputs: inputs, outputs: outputs, attributes: attributes, subgraphs: subgraphs)
    }

    private func plan(_ graph: ComputeGraph) throws(SessionError) -> Plan {
        try Plan(graph, opsets: ["": 18, "com.microsoft": 1], registry: .standard)
    }

    @Test func valuesAreReleasedAfterTheirLastReader() throws {
        var graph = ComputeGraph()
        let (x, a, b, c) = (
            graph.addValue("x"), graph.addValue("a"), graph.addValue("b"), graph.addValue("c")
        )
        graph.inputs = [x]
        graph.outputs = [c]
        graph.nodes = [node("Neg", [x], [a]), node("Neg", [a], [b]), node("Add", [a, b], [c])]
        let plan = try plan(graph)
        #expect(plan.steps.map(\.released) == [[x], [], [a, b]])
        let result = try plan.run(feeding: [(x, Tensor([1, 2] as [Float]))], context)
        #expect(result[0].array(Float.self) == [0, 0])
    }

    /// Values take the slots of others that nobody reads any more, but never those of what is read by the same step.
    @Test func slotsAreUsedAgain() throws {
        var graph = ComputeGraph()
        let values = (0..<8).map { graph.addValue("v\($0)") }
        let one = graph.addValue("one", constant: Tensor([1] as [Float]))
        graph.inputs = [values[0]]
        graph.outputs = [values[7], values[2]]
        graph.nodes = (0..<6).map { node("Add", [values[$0], one], [values[$0 + 1]]) }
        graph.nodes.append(node("Sub", [values[6], values[2]], [values[7]]))
        let plan = try plan(graph)
        #expect(plan.slotCount == 3)
        let result = try plan.run(feeding: [(values[0], Tensor([5] as [Float]))], context)
        #expect(result.map { $0.array(Float.self) } == [[4], [7]])
    }

    /// An output that nobody reads, before one that somebody does.
    @Test func unreadOutputsTakeNobodysPlace() throws {
        var graph = ComputeGraph()
        let (x, values, indices, y) = (
            graph.addValue("x"), graph.addValue("values"), graph.addValue("indices"), graph.addValue("y")
        )
        let count = graph.addValue("count", constant: Tensor([2] as [Int64]))
        graph.inputs = [x]
        graph.outputs = [y]
        graph.nodes = [node("TopK", [x, count], [values, indices]), node("Neg", [values], [y])]
        let result = try plan(graph).run(feeding: [(x, Tensor([1, 3, 2] as [Float]))], context)
        #expect(result[0].array(Float.self) == [-3, -2])
    }

    @Test func constantsMayBeFedOthersInTheirPlace() throws {
        var graph = ComputeGraph()
        let x = graph.addValue("x", constant: Tensor([2] as [Float]))
        let y = graph.addValue("y")
        graph.inputs = [x]
        graph.outputs = [y, x]
        graph.nodes = [node("Neg", [x], [y])]
        let plan = try plan(graph)
        #expect(try plan.run(feeding: [], context).map { $0.array(Float.self) } == [[-2], [2]])
        let fed = try plan.run(feeding: [(x, Tensor([3] as [Float]))], context)
        #expect(fed.map { $0.array(Float.self) } == [[-3], [3]])
    }

    /// What an operator is bound to is no longer given to it, but observers and errors show it.
    @Test func boundConstantsAreShown() throws {
        var graph = ComputeGraph()
        let (x, y) = (graph.addValue("x"), graph.addValue("y"))
        let weights = graph.addValue(
            "weights", constant: Tensor([UInt8](repeating: 0x79, count: 2 * 8), shape: [2, 1, 8]))
        let scales = graph.addValue("scales", constant: Tensor([1, 2] as [Float]))
        graph.inputs = [x]
        graph.outputs = [y]
        graph.nodes = [
            node(
                "MatMulNBits", [x, weights, scales], [y], domain: "com.microsoft",
                attributes: [
                    "K": .int(16), "N": .int(2), "bits": .int(4), "block_size": .int(16),
                    "accuracy_level": .int(4),
                ])
        ]
        let plan = try plan(graph)
        var seen: [[String]] = []
        let ones = Tensor([Float](repeating: 1, count: 16), shape: [1, 16])
        let result = try plan.run(feeding: [(x, ones)], context) { step in
            seen.append(step.inputs.map { $0?.name ?? "" })
            return step.outputs.map(\.tensor)
        }
        // Weights 9 - 8 and 7 - 8 in turn.
        #expect(result[0].array(Float.self) == [0, 0])
        #expect(seen == [["x", "weights", "scales"]])
        #expect {
            try plan.run(feeding: [(x, Tensor([1] as [Float]))], context)
        } throws: { error in
            guard case .node(let failure)? = error as? RunError else { return false }
            return failure.inputs == ["float32[1]", "uint8[2, 1, 8]", "float32[2]"]
        }
    }

    /// Which inputs of a product are constants must not matter: it is bound to them only where all but A are, and only
    /// where A is none.
    @Test(arguments: [[0], [], [0, 3], [0, 5], [1], [2], [0, 1, 2, 3, 5], [3]])
    func productsReadWhatIsFed(variables: [Int]) throws {
        var values: [Tensor?] = [
            Tensor((0..<16).map { Float($0) - 5 }, shape: [1, 16]),
            Tensor((0..<16).map { UInt8($0 * 17 % 256) }, shape: [2, 1, 8]),
            Tensor([0.5, 2] as [Float]), Tensor([3, 9] as [UInt8]), nil, Tensor([1, -7] as [Float]),
        ]
        let expected = try product(values, variables: [0, 1, 2, 3, 5])
        #expect(try product(values, variables: variables) == expected)
        // Each input counts.
        values[3] = nil
        #expect(try product(values, variables: variables.filter { $0 != 3 }) != expected)
    }

    private func product(_ values: [Tensor?], variables: [Int]) throws -> [Float] {
        var graph = ComputeGraph()
        let inputs = values.enumerated().map { index, value in
            value.map { graph.addValue("v\(index)", constant: variables.contains(index) ? nil : $0) }
        }
        let y = graph.addValue("y")
        graph.inputs = variables.compactMap { inputs[$0] }
        graph.outputs = [y]
        graph.nodes = [
            node(
                "MatMulNBits", inputs, [y], domain: "com.microsoft",
                attributes: [
                    "K": .int(16), "N": .int(2), "bits": .int(4), "block_size": .int(16),
                    "accuracy_level": .int(4),
                ])
        ]
        let fed = variables.compactMap { index in
            inputs[index].flatMap { id in values[index].map { (id, $0) } }
        }
        return try plan(graph).run(feeding: fed, context)[0].array(Float.self)
    }

    /// A decoding runs its plan again and again: the last product is followed by the first.
    @Test func productsKnowTheWeightsOfTheNext() throws {
        var graph = ComputeGraph()
        let (x, a, b, c, y) = (
            graph.addValue("x"), graph.addValue("a"), graph.addValue("b"), graph.addValue("c"),
            graph.addValue("y")
        )
        let weights = (0..<2).map { _ in Tensor([UInt8](repeating: 0x77, count: 16 * 8), shape: [16, 1, 8]) }
        let scales = graph.addValue("scales", constant: Tensor([Float](repeating: 1, count: 16)))
        let values = weights.map { graph.addValue("weights", constant: $0) }
        let computed = graph.addValue("computed")
        let attributes: OperatorAttributes = [
            "K": .int(16), "N": .int(16), "bits": .int(4), "block_size": .int(16),
        ]
        func product(_ input: Int, _ weights: Int, _ output: Int) -> ComputeGraph.Node {
            node(
                "MatMulNBits", [input, weights, scales], [output], domain: "com.microsoft",
                attributes: attributes)
        }
        graph.inputs = [x, computed]
        graph.outputs = [y]
        graph.nodes = [
            node("Neg", [x], [a]), product(a, values[0], b), product(b, computed, c),
            product(c, values[1], y),
        ]
        #expect(
            try plan(graph).steps.map(\.nextWeights) == [[], [weights[1].region], [], [weights[0].region]])
    }

    /// Products of one loop are announced together, in the order in which it reads them.
    @Test func weightsOfGroupedProductsAreAnnounced() throws {
        var graph = ComputeGraph()
        let (x, a) = (graph.addValue("x"), graph.addValue("a"))
        let outputs = [graph.addValue("y"), graph.addValue("z")]
        let weights = (0..<2).map { _ in Tensor([UInt8](repeating: 0x77, count: 16 * 8), shape: [16, 1, 8]) }
        let scales = graph.addValue("scales", constant: Tensor([Float](repeating: 1, count: 16)))
        let operands = weights.flatMap { weights -> [Int?] in
            [graph.addValue("weights", constant: weights), scales, nil, nil, nil]
        }
        graph.inputs = [x]
        graph.outputs = outputs
        graph.nodes = [
            node("Neg", [x], [a]),
            node(
                "MatMulNBitsGroup", [a] + operands, outputs, domain: OperatorRegistry.fusedDomain,
                attributes: ["K": .int(16), "N": .ints([16, 16]), "bits": .int(4), "block_size": .int(16)]),
        ]
        let plan = try Plan(
            graph, opsets: ["": 18, OperatorRegistry.fusedDomain: 1], registry: .standard)
        #expect(plan.steps.map(\.nextWeights) == [[], weights.map(\.region)])
    }

    @Test func unsupportedOperatorsAreListedAtOnce() {
        var graph = ComputeGraph()
        let ids = (0..<5).map { graph.addValue("v\($0)") }
        graph.inputs = [ids[0]]
        graph.outputs = [ids[4]]
        graph.nodes = [
            node("Frobnicate", [ids[0]], [ids[1]]), node("Neg", [ids[1]], [ids[2]]),
            node("Frobnicate", [ids[2]], [ids[3]]),
            node("Quux", [ids[3]], [ids[4]], domain: "com.example"),
        ]
        #expect {
            try plan(graph)
        } throws: { error in
            "\(error)" == """
                unsupported operators: Frobnicate: not supported: operator Frobnicate (node Frobnicate_1 and \
                1 more); com.example.Quux: not supported: operator com.example.Quux (node Quux_4)
                """
        }
    }

    /// One node that reads a value of the graph around it.
    private func branch(_ type: String, of outer: ComputeGraph.ValueID) -> ComputeGraph {
        var branch = ComputeGraph()
        let (captured, result) = (branch.addValue("captured"), branch.addValue("result"))
        branch.captures = [(outer, captured)]
        branch.outputs = [result]
        branch.nodes = [node(type, [captured], [result])]
        return branch
    }

    @Test(arguments: [true, false])
    func ifRunsOneBranch(condition: Bool) throws {
        var graph = ComputeGraph()
        let (flag, x, y) = (graph.addValue("flag"), graph.addValue("x"), graph.addValue("y"))
        graph.inputs = [flag, x]
        graph.outputs = [y]
        graph.nodes = [
            node(
                "If", [flag], [y],
                subgraphs: ["then_branch": branch("Neg", of: x), "else_branch": branch("Identity", of: x)])
        ]
        let result = try plan(graph).run(
            feeding: [(flag, Tensor(scalar: condition)), (x, Tensor([3] as [Float]))], context)
        #expect(result[0].array(Float.self) == [condition ? -3 : 3])
    }

    /// What only a branch reads is kept until then, though results in between need places.
    @Test(arguments: [true, false])
    func branchReadsWhatNobodyElseDoes(condition: Bool) throws {
        var graph = ComputeGraph()
        let (flag, x, a, b) = (
            graph.addValue("flag"), graph.addValue("x"), graph.addValue("a"), graph.addValue("b")
        )
        let (c, y, z) = (graph.addValue("c"), graph.addValue("y"), graph.addValue("z"))
        graph.inputs = [flag, x]
        graph.outputs = [z]
        graph.nodes = [
            node("Neg", [x], [a]), node("Exp", [x], [b]), node("Neg", [b], [c]),
            node(
                "If", [flag], [y],
                subgraphs: ["then_branch": branch("Neg", of: a), "else_branch": branch("Identity", of: a)]),
            node("Sub", [y, c], [z]),
        ]
        let result = try plan(graph).run(
            feeding: [(flag, Tensor(scalar: condition)), (x, Tensor([1] as [Float]))], context)
        let expected = (condition ? 1 : -1) + 2.718_281_8 as Float
        #expect(abs(result[0].array(Float.self)[0] - expected) < 1e-6)
    }

    @Test func failingNodeIsNamedWithItsInputs() throws {
        var graph = ComputeGraph()
        let (a, b, c) = (graph.addValue("a"), graph.addValue("b"), graph.addValue("c"))
        graph.inputs = [a, b]
        graph.outputs = [c]
        graph.nodes = [node("Add", [a, b], [c])]
        let plan = try plan(graph)
        #expect {
            try plan.run(
                feeding: [(a, Tensor([1, 2] as [Float])), (b, Tensor([1, 2, 3] as [Float]))], context)
        } throws: { error in
            guard case .node(let failure)? = error as? RunError else { return false }
            return failure.node == "Add_2" && failure.inputs == ["float32[2]", "float32[3]"]
        }
    }

    @Test func constantsAreFolded() throws {
        var graph = ComputeGraph()
        let two = graph.addValue("two", constant: Tensor([2] as [Float]))
        let (x, four, y) = (graph.addValue("x"), graph.addValue("four"), graph.addValue("y"))
        graph.inputs = [x]
        graph.outputs = [y]
        graph.nodes = [node("Add", [two, two], [four]), node("Add", [x, four], [y])]
        let folded = ConstantFolding(registry: .standard, context: context)
            .apply(to: &graph, opsets: ["": 18])
        #expect(folded == 1)
        #expect(graph.nodes.map(\.type) == ["Add"])
        #expect(graph.values[four].constant?.array(Float.self) == [4])
        let result = try plan(graph).run(feeding: [(x, Tensor([1] as [Float]))], context)
        #expect(result[0].array(Float.self) == [5])
    }

    @Test func cancelledTaskEndsBeforeTheNextStep() async throws {
        var graph = ComputeGraph()
        let (x, y) = (graph.addValue("x"), graph.addValue("y"))
        graph.inputs = [x]
        graph.outputs = [y]
        graph.nodes = [node("Neg", [x], [y])]
        let plan = try plan(graph)
        let context = context
        let task = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            return try plan.run(feeding: [(x, Tensor([1] as [Float]))], context)
        }
        await #expect(throws: RunError.cancelled) { try await task.value }
    }
}
