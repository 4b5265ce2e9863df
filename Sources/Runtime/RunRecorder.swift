package import Operators
internal import Tensors
package import Threading

/// When the steps of plans ran, and what they ran on.
///
/// Belongs to one thread. Room is made beforehand: nothing is allocated while the steps of a plan run, and what
/// finds no room is only counted.
package final class RunRecorder {
    /// A run of one plan.
    package struct Run {
        package let plan: Plan
        /// Nanoseconds of ``MonotonicClock``, like all times here.
        package let start: UInt64
        package fileprivate(set) var end: UInt64
    }

    /// A step of a run. Steps of a branch come before the step that contains them.
    struct Event {
        let run: Int
        let step: Int
        let start: UInt64
        let end: UInt64
        /// In ``summaries``.
        let firstInput: Int
        let inputCount: Int
        let outputCount: Int
    }

    /// A tensor's type and shape, the dimensions elsewhere; an omitted one has a rank of -1.
    struct Summary {
        let type: ElementType
        let rank: Int
        let firstDimension: Int
        let storedElements: Int
        let isView: Bool
    }

    /// Where the loops of recorded runs are recorded.
    package let loops: LoopRecorder
    package private(set) var runs: [Run] = []
    /// Calls of sessions, which contain the runs of their plans.
    package private(set) var calls: [(start: UInt64, end: UInt64)] = []
    /// Events that found no room, those of loops not included.
    package private(set) var droppedEvents = 0
    /// Whether so little room is left that it is time to read and forget.
    package var isHalfFull: Bool { events.count > capacity / 2 }
    private(set) var events: [Event] = []
    private(set) var summaries: [Summary] = []
    private(set) var dimensions: [Int] = []
    private let capacity: Int
    /// Tensors of a step, and dimensions of a tensor, that room is made for.
    private static let tensorsPerEvent = 6

    /// - Parameters:
    ///   - threads: of the sessions' pool.
    ///   - capacity: steps.
    package init(threads: Int, capacity: Int) {
        self.capacity = capacity
        loops = LoopRecorder(threads: threads, capacity: capacity)
        events.reserveCapacity(capacity)
        summaries.reserveCapacity(capacity * Self.tensorsPerEvent)
        dimensions.reserveCapacity(capacity * Self.tensorsPerEvent * 4)
    }

    /// Forgets everything, but keeps the room.
    package func removeAll() {
        loops.removeAll()
        runs.removeAll(keepingCapacity: true)
        calls.removeAll(keepingCapacity: true)
        events.removeAll(keepingCapacity: true)
        summaries.removeAll(keepingCapacity: true)
        dimensions.removeAll(keepingCapacity: true)
        droppedEvents = 0
    }

    // MARK: Recording

    /// - Returns: the run's number, for ``endRun(_:)``.
    func beginRun(_ plan: Plan) -> Int {
        runs.append(Run(plan: plan, start: MonotonicClock.now, end: 0))
        return runs.count - 1
    }

    func endRun(_ run: Int) {
        runs[run].end = MonotonicClock.now
    }

    func recordCall(start: UInt64) {
        calls.append((start, MonotonicClock.now))
    }

    /// Keeps a step, whose end is now.
    func record(run: Int, step: Int, start: UInt64, inputs: [Tensor?], outputs: [Tensor]) {
        let tensors = inputs.count + outputs.count
        guard events.count < capacity, summaries.count + tensors <= summaries.capacity,
            dimensions.count + 8 * tensors <= dimensions.capacity
        else {
            droppedEvents += 1
            return
        }
        let first = summaries.count
        for tensor in inputs {
            if let tensor {
                append(tensor, isView: false)
            } else {
                summaries.append(
                    Summary(type: .float32, rank: -1, firstDimension: 0, storedElements: 0, isView: false))
            }
        }
        for tensor in outputs {
            append(tensor, isView: inputs.contains { $0?.sharesStorage(with: tensor) ?? false })
        }
        events.append(
            Event(
                run: run, step: step, start: start, end: MonotonicClock.now, firstInput: first,
                inputCount: inputs.count, outputCount: outputs.count))
    }

    private func append(_ tensor: Tensor, isView: Bool) {
        let first = dimensions.count
        var stored = 1
        for axis in 0..<tensor.rank {
            let dimension = tensor.shape[axis]
            dimensions.append(dimension)
            if tensor.strides[axis] != 0 || dimension == 0 { stored *= dimension }
        }
        summaries.append(
            Summary(
                type: tensor.elementType, rank: tensor.rank, firstDimension: first, storedElements: stored,
                isView: isView))
    }
}

// MARK: Reading

extension RunRecorder {
    /// One step of a run, with what it cost.
    package struct Step {
        package let run: Int
        /// Index in the plan's steps.
        package let index: Int
        /// Of the node; of its first output if it has none.
        package let name: String
        package let start: UInt64
        package let end: UInt64
        package let call: OperatorCall
        package let cost: OperatorCost
    }

    /// All steps, in the order of their ends.
    package var steps: some Sequence<Step> {
        events.lazy.map { event in
            let call = OperatorCall(
                inputs: (0..<event.inputCount).map { self.summary(event.firstInput + $0) },
                outputs: (0..<event.outputCount).compactMap {
                    self.summary(event.firstInput + event.inputCount + $0)
                })
            let plan = self.runs[event.run].plan
            let step = plan.steps[event.step]
            let output = step.outputs.first.flatMap { $0 }.map { plan.valueNames[$0] }
            return Step(
                run: event.run, index: event.step, name: step.name.isEmpty ? output ?? "" : step.name,
                start: event.start, end: event.end, call: call,
                cost: step.cost(of: call))
        }
    }

    private func summary(_ index: Int) -> TensorSummary? {
        let summary = summaries[index]
        guard summary.rank >= 0 else { return nil }
        let shape = Shape(
            Array(dimensions[summary.firstDimension..<summary.firstDimension + summary.rank]))
        return TensorSummary(
            summary.type, shape, storedElements: summary.storedElements, isView: summary.isView)
    }
}

extension Plan.Step {
    /// A branch costs nothing itself: its steps are recorded too.
    fileprivate func cost(of call: OperatorCall) -> OperatorCost {
        switch action {
        case .compute(let implementation): implementation.cost(of: call)
        case .branch: OperatorCost(bytesRead: 0, bytesWritten: 0)
        }
    }
}
