internal import Operators
internal import Runtime
internal import Tensors

/// Adds up the calls of each step of each plan.
struct NodeTotals {
    private(set) var nodes: [Profile.Node] = []
    private var places: [Key: Int] = [:]
    private var layers: [ObjectIdentifier: [Int?]] = [:]

    private struct Key: Hashable {
        let stage: PipelineStage
        let plan: ObjectIdentifier
        let step: Int
        let kernel: String?

        init(_ step: RunReading.Step, _ stage: PipelineStage) {
            self.stage = stage
            plan = ObjectIdentifier(step.recorded.plan.identity)
            self.step = step.recorded.index
            kernel = step.recorded.cost.kernel
        }
    }

    /// - Returns: the node's index.
    mutating func add(_ step: RunReading.Step, stage: PipelineStage) -> Int {
        let cost = step.recorded.cost
        let index = place(of: step, stage: stage)
        nodes[index].calls += 1
        nodes[index].times[0] += Double(step.time) * 1e-9
        nodes[index].waiting[0] += Double(step.waiting) * 1e-9
        nodes[index].multiplyAdds += cost.multiplyAdds
        nodes[index].bytesRead += cost.bytesRead
        nodes[index].bytesWritten += cost.bytesWritten
        return index
    }

    private mutating func place(of step: RunReading.Step, stage: PipelineStage) -> Int {
        let key = Key(step, stage)
        if let known = places[key] { return known }
        let recorded = step.recorded
        let type = recorded.plan.steps[recorded.index].type
        let layers = layers[key.plan] ?? recorded.plan.layers
        self.layers[key.plan] = layers
        nodes.append(
            Profile.Node(
                stage: stage.rawValue, name: recorded.name, op: type,
                kernel: recorded.cost.kernel ?? type.split(separator: ".").last.map(String.init) ?? type,
                layer: layers[recorded.index],
                inputs: recorded.call.inputs.compactMap { $0?.shape.dimensions },
                outputs: recorded.call.outputs.map(\.shape.dimensions), calls: 0, times: [0], waiting: [0],
                multiplyAdds: 0, arithmetic: Profile.Arithmetic(recorded.cost.arithmetic), bytesRead: 0,
                bytesWritten: 0))
        places[key] = nodes.count - 1
        return nodes.count - 1
    }
}

extension Profile.Arithmetic {
    fileprivate init(_ arithmetic: OperatorCost.Arithmetic) {
        switch arithmetic {
        case .float32: self = .float32
        case .int8: self = .int8
        case .none: self = .none
        }
    }
}
