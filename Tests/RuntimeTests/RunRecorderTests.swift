import Operators
import Runtime
import Tensors
import Testing
import Threading

@Suite struct RunRecorderTests {
    private let context = OperatorContext(pool: ThreadPool(threads: 1))

    private func plan(_ graph: ComputeGraph) throws(SessionError) -> Plan {
        try Plan(graph, opsets: ["": 18, "com.microsoft": 1], registry: .standard)
    }

    private func product() throws -> (plan: Plan, input: Int) {
        var builder = GraphBuilder()
        let x = builder.input("x")
        let weights = builder.constant(Tensor((0..<12).map { Float($0) }, shape: [3, 4]))
        let y = builder.node("MatMul", x, weights)
        let z = builder.node("Neg", y)
        return (try plan(builder.finished(z)), x)
    }

    @Test func stepsAreRecordedInOrder() throws {
        let (plan, x) = try product()
        let recorder = RunRecorder(RecordingRoom(threads: 1, capacity: 10))
        let input = Tensor((0..<6).map { Float($0) }, shape: [2, 3])
        let start = MonotonicClock.now
        for _ in 0..<2 { _ = try plan.run(feeding: [(x, input)], context, recorder: recorder) }
        let steps = Array(recorder.steps)
        #expect(steps.map(\.index) == [0, 1, 0, 1])
        #expect(steps.map(\.run) == [0, 0, 1, 1])
        #expect(steps[0].name == plan.steps[0].name)
        #expect(steps[0].call.inputs.map { $0?.shape } == [[2, 3], [3, 4]])
        #expect(steps[0].call.outputs.map(\.shape) == [[2, 4]])
        #expect(steps[0].cost.multiplyAdds == 2 * 3 * 4)
        #expect(steps[0].cost.bytesRead == (6 + 12) * 4)
        #expect(steps[1].cost.bytesWritten == 8 * 4)
        for (step, next) in zip(steps, steps.dropFirst()) {
            #expect(step.start <= step.end && step.end <= next.start)
            #expect(step.run != next.run || step.end == next.start)
        }
        #expect(start <= steps[0].start && steps[3].end <= MonotonicClock.now)
    }

    @Test func whatFindsNoRoomIsCounted() throws {
        let (plan, x) = try product()
        let recorder = RunRecorder(RecordingRoom(threads: 1, capacity: 3))
        let input = Tensor((0..<6).map { Float($0) }, shape: [2, 3])
        for _ in 0..<4 { _ = try plan.run(feeding: [(x, input)], context, recorder: recorder) }
        #expect(Array(recorder.steps).count == 3)
        #expect(recorder.droppedEvents == 5)
        #expect(recorder.isHalfFull)
        recorder.removeAll()
        #expect(Array(recorder.steps).isEmpty)
        #expect(recorder.droppedEvents == 0)
        #expect(!recorder.isHalfFull)
        _ = try plan.run(feeding: [(x, input)], context, recorder: recorder)
        #expect(Array(recorder.steps).count == 2)
    }

    /// What is known of shapes outlives what was recorded with them.
    @Test(arguments: [4, 1_000])
    func shapesAreKnownAfterForgetting(capacity: Int) throws {
        let (plan, x) = try product()
        let recorder = RunRecorder(RecordingRoom(threads: 1, capacity: capacity))
        for rows in [2, 2, 5, 2, 7] {
            let input = Tensor([Float](repeating: 1, count: rows * 3), shape: [rows, 3])
            _ = try plan.run(feeding: [(x, input)], context, recorder: recorder)
            let steps = Array(recorder.steps)
            #expect(
                steps.map(\.call.inputs.first)
                    == [[rows, 3], [rows, 4]].map { TensorSummary(.float32, $0) })
            #expect(steps.map { $0.call.outputs.map(\.shape) } == [[[rows, 4]], [[rows, 4]]])
            #expect(recorder.droppedEvents == 0)
            recorder.removeAll()
        }
    }

    /// A run that fails leaves no trace in the ones after it.
    @Test func runsAfterAFailureAreTheirOwn() throws {
        let (plan, x) = try product()
        let recorder = RunRecorder(RecordingRoom(threads: 1, capacity: 10))
        let input = Tensor([Float](repeating: 1, count: 6), shape: [2, 3])
        let wrong = Tensor([Float](repeating: 1, count: 8), shape: [2, 4])
        #expect(throws: RunError.self) {
            try plan.run(feeding: [(x, wrong)], context, recorder: recorder)
        }
        for _ in 0..<2 { _ = try plan.run(feeding: [(x, input)], context, recorder: recorder) }
        #expect(recorder.steps.map(\.run) == [1, 1, 2, 2])
        #expect(recorder.steps.map(\.index) == [0, 1, 0, 1])
    }

    @Test func roomServesOneRecorderAfterAnother() throws {
        let (plan, x) = try product()
        let recorder = RunRecorder(RecordingRoom(threads: 1, capacity: 10))
        let input = Tensor([Float](repeating: 1, count: 6), shape: [2, 3])
        _ = try plan.run(feeding: [(x, input)], context, recorder: recorder)
        let next = RunRecorder(try #require(recorder.takeRoom()))
        #expect(recorder.takeRoom() == nil)
        #expect(recorder.steps.isEmpty && next.steps.isEmpty)
        _ = try plan.run(feeding: [(x, input)], context, recorder: next)
        #expect(next.steps.map { $0.call.outputs.map(\.shape) } == [[[2, 4]], [[2, 4]]])
        #expect(next.steps.map(\.run) == [0, 0])
    }

    /// Steps of a branch come before the step that contains them.
    @Test func branchesNest() throws {
        var graph = ComputeGraph()
        let (flag, x, y) = (graph.addValue("flag"), graph.addValue("x"), graph.addValue("y"))
        graph.inputs = [flag, x]
        graph.outputs = [y]
        func branch(_ type: String) -> ComputeGraph {
            var branch = ComputeGraph()
            let (captured, result) = (branch.addValue("x"), branch.addValue("result"))
            branch.captures = [(x, captured)]
            branch.outputs = [result]
            branch.nodes = [
                ComputeGraph.Node(name: "", type: type, inputs: [captured], outputs: [result])
            ]
            return branch
        }
        graph.nodes = [
            ComputeGraph.Node(
                name: "choice", type: "If", inputs: [flag], outputs: [y],
                subgraphs: ["then_branch": branch("Neg"), "else_branch": branch("Abs")])
        ]
        let recorder = RunRecorder(RecordingRoom(threads: 1, capacity: 10))
        _ = try plan(graph).run(
            feeding: [(flag, Tensor(scalar: true)), (x, Tensor([3] as [Float]))], context,
            recorder: recorder)
        let steps = Array(recorder.steps)
        // A node without a name is called after what it computes.
        #expect(steps.map(\.name) == ["result", "choice"])
        #expect(steps[1].start <= steps[0].start && steps[0].end <= steps[1].end)
        #expect(steps[0].run > steps[1].run)
        #expect(steps[0].call.inputs.map { $0?.shape } == [[1]])
        #expect(steps[1].call.outputs.map(\.shape) == [[1]])
        #expect(steps[1].cost == OperatorCost(bytesRead: 0, bytesWritten: 0))
    }

    /// Runs of plans with steps around a branch, and with one that has no steps, are told apart.
    @Test(arguments: [true, false])
    func stepsAroundBranches(flag: Bool) throws {
        var graph = ComputeGraph()
        let (condition, x) = (graph.addValue("flag"), graph.addValue("x"))
        let (before, chosen, after) = (
            graph.addValue("before"), graph.addValue("chosen"), graph.addValue("after")
        )
        graph.inputs = [condition, x]
        graph.outputs = [after]
        func branch(_ types: String...) -> ComputeGraph {
            var branch = ComputeGraph()
            var value = branch.addValue("captured")
            branch.captures = [(before, value)]
            for type in types {
                let result = branch.addValue("\(type) within")
                branch.nodes.append(
                    ComputeGraph.Node(name: "", type: type, inputs: [value], outputs: [result]))
                value = result
            }
            branch.outputs = [value]
            return branch
        }
        graph.nodes = [
            ComputeGraph.Node(name: "before", type: "Neg", inputs: [x], outputs: [before]),
            ComputeGraph.Node(
                name: "choice", type: "If", inputs: [condition], outputs: [chosen],
                subgraphs: ["then_branch": branch("Neg", "Abs"), "else_branch": branch()]),
            ComputeGraph.Node(name: "after", type: "Neg", inputs: [chosen], outputs: [after]),
        ]
        let plan = try plan(graph)
        let recorder = RunRecorder(RecordingRoom(threads: 1, capacity: 20))
        for count in [1, 3] {
            let input = Tensor([Float](repeating: 2, count: count), shape: [count])
            _ = try plan.run(
                feeding: [(condition, Tensor(scalar: flag)), (x, input)], context, recorder: recorder)
        }
        let names =
            flag ? ["before", "Neg within", "Abs within", "choice", "after"] : ["before", "choice", "after"]
        #expect(recorder.steps.map(\.name) == names + names)
        #expect(
            recorder.steps.map { $0.call.outputs[0].shape }
                == names.map { _ in [1] as Shape } + names.map { _ in [3] as Shape })
        #expect(recorder.steps.map(\.run) == (flag ? [0, 1, 1, 0, 0, 2, 3, 3, 2, 2] : [0, 0, 0, 2, 2, 2]))
    }

    /// Shapes that changed before something was forgotten are known to what comes after.
    @Test func changesOutliveWhatIsForgotten() throws {
        let (plan, x) = try product()
        let recorder = RunRecorder(RecordingRoom(threads: 1, capacity: 1_000))
        func run(_ rows: Int) throws {
            let input = Tensor([Float](repeating: 1, count: rows * 3), shape: [rows, 3])
            _ = try plan.run(feeding: [(x, input)], context, recorder: recorder)
        }
        for rows in [2, 5] { try run(rows) }
        #expect(recorder.steps.map { $0.call.outputs[0].shape } == [[2, 4], [2, 4], [5, 4], [5, 4]])
        recorder.removeAll()
        for rows in [5, 2, 2] { try run(rows) }
        let shapes = recorder.steps.map { $0.call.outputs[0].shape }
        #expect(shapes == [[5, 4], [5, 4], [2, 4], [2, 4], [2, 4], [2, 4]])
    }

    /// Results of the same shape need not be alike: here some repeat elements and some do not.
    @Test func inputsTellWhetherResultsChanged() throws {
        var builder = GraphBuilder()
        let x = builder.input("x")
        let y = builder.node("Neg", builder.node("Expand", x, builder.integers(5, 4)))
        let plan = try plan(builder.finished(y))
        let recorder = RunRecorder(RecordingRoom(threads: 1, capacity: 10))
        for shape in [[4], [5, 4], [4]] as [Shape] {
            let input = Tensor([Float](repeating: 1, count: shape.elementCount), shape: shape)
            _ = try plan.run(feeding: [(x, input)], context, recorder: recorder)
        }
        let costs = recorder.steps.filter { $0.index == 1 }.map(\.cost)
        #expect(costs.map(\.bytesRead) == [4 * 4, 20 * 4, 4 * 4])
    }

    @Test func viewsAndRepeatedElementsAreSeen() throws {
        var builder = GraphBuilder()
        let x = builder.input("x")
        let wide = builder.node("Expand", x, builder.integers(5, 4))
        let turned = builder.node("Transpose", wide, attributes: ["perm": .ints([1, 0])])
        let y = builder.node("Neg", turned)
        let recorder = RunRecorder(RecordingRoom(threads: 1, capacity: 10))
        _ = try plan(builder.finished(y)).run(
            feeding: [(x, Tensor([1, 2, 3, 4] as [Float]))], context, recorder: recorder)
        let costs = recorder.steps.map(\.cost)
        for view in costs[0...1] {
            #expect(view == OperatorCost(bytesRead: 0, bytesWritten: 0, kernel: "view"))
        }
        #expect(costs[2].bytesRead == 4 * 4)
        #expect(costs[2].bytesWritten == 20 * 4)
    }

    /// A weight's name tells the layer, which lasts until another named weight.
    @Test func layersFollowFromWeights() throws {
        var builder = GraphBuilder()
        var value = builder.input("x")
        var expected: [Int?] = []
        for (name, layer) in [
            (nil, nil), ("model.layers.0.norm.weight", 0), (nil, 0), ("val_17", 0),
            ("layers.12.fc1.bias", 12), ("onnx::MatMul_3", 12), ("norm.weight", nil), (nil, nil),
        ] as [(String?, Int?)] {
            if let name {
                let weight = builder.graph.addValue(name, constant: Tensor([1] as [Float]))
                value = builder.node("Add", value, weight)
            } else {
                value = builder.node("Neg", value)
            }
            expected.append(layer)
        }
        #expect(try plan(builder.finished(value)).layers == expected)
    }
}
