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

    /// A run that goes on.
    struct RunNumber {
        fileprivate let run: Int
        /// In ``latest``.
        fileprivate let plan: Int
    }

    /// A step of a run. Steps of a branch come before the step that contains them.
    private struct Event {
        let run: Int32
        let step: Int32
        /// In ``shapes``.
        let shapes: Int
        let start: UInt64
        let end: UInt64
    }

    /// Tensors of a call, in ``summaries``.
    private struct CallShapes {
        let first: Int
        let inputCount: Int
        let outputCount: Int
    }

    /// The latest shapes of a step, and the numbers of elements that tell whether they changed.
    private struct Latest {
        var elementCounts = 0
        var shapes = -1
    }

    /// A tensor's type and shape, the dimensions elsewhere; an omitted one has a rank of -1.
    private struct Summary {
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
    package var isHalfFull: Bool {
        events.count > capacity / 2 || summaries.count > summaryCapacity / 2
            || dimensions.count > dimensionCapacity / 2
    }
    private var events: [Event] = []
    /// Shapes of calls. Most calls of a step have those of the call before and share them.
    private var shapes: [CallShapes] = []
    private var summaries: [Summary] = []
    private var dimensions: [Int] = []
    private var planNumbers: [ObjectIdentifier: Int] = [:]
    /// For each plan and step.
    private var latest: [[Latest]] = []
    private let capacity: Int
    /// Of tensors that room is made for; those of a higher one make it grow.
    private static let largestRank = 8
    private var summaryCapacity: Int { 4 * capacity }
    private var dimensionCapacity: Int { 12 * capacity }

    /// - Parameters:
    ///   - threads: of the sessions' pool.
    ///   - capacity: steps.
    package init(threads: Int, capacity: Int) {
        self.capacity = capacity
        loops = LoopRecorder(threads: threads, capacity: capacity)
        events.reserveCapacity(capacity)
        shapes.reserveCapacity(capacity)
        summaries.reserveCapacity(summaryCapacity)
        dimensions.reserveCapacity(dimensionCapacity)
    }

    /// Forgets everything, but keeps the room.
    package func removeAll() {
        loops.removeAll()
        runs.removeAll(keepingCapacity: true)
        calls.removeAll(keepingCapacity: true)
        events.removeAll(keepingCapacity: true)
        shapes.removeAll(keepingCapacity: true)
        summaries.removeAll(keepingCapacity: true)
        dimensions.removeAll(keepingCapacity: true)
        planNumbers.removeAll()
        latest.removeAll()
        droppedEvents = 0
    }

    // MARK: Recording

    func beginRun(_ plan: Plan) -> RunNumber {
        let id = ObjectIdentifier(plan.identity)
        let number = planNumbers[id] ?? latest.count
        if number == latest.count {
            planNumbers[id] = number
            latest.append([Latest](repeating: Latest(), count: plan.steps.count))
        }
        runs.append(Run(plan: plan, start: MonotonicClock.now, end: 0))
        return RunNumber(run: runs.count - 1, plan: number)
    }

    func endRun(_ number: RunNumber) {
        runs[number.run].end = MonotonicClock.now
    }

    func recordCall(start: UInt64) {
        calls.append((start, MonotonicClock.now))
    }

    /// Keeps a step.
    ///
    /// Runs a hundred times in a decoding step of less than a millisecond, so it does little: shapes are kept only
    /// where they differ from those of the step's call before.
    func record(
        _ number: RunNumber, _ step: Int, _ inputs: [Tensor?], _ outputs: [Tensor], start: UInt64, end: UInt64
    ) {
        guard events.count < capacity else {
            droppedEvents += 1
            return
        }
        // Through spans, which lend tensors instead of copying them.
        let (read, written) = (inputs.span, outputs.span)
        var elementCounts = 0
        for index in read.indices {
            elementCounts = elementCounts &* 31 &+ (read[index]?.shape.elementCount ?? -1)
        }
        for index in written.indices {
            elementCounts = elementCounts &* 31 &+ written[index].shape.elementCount
        }
        var known = latest[number.plan][step]
        if known.shapes < 0 || known.elementCounts != elementCounts {
            guard let shapes = keepShapes(inputs, outputs) else {
                droppedEvents += 1
                return
            }
            known = Latest(elementCounts: elementCounts, shapes: shapes)
            latest[number.plan][step] = known
        }
        events.append(
            Event(
                run: Int32(truncatingIfNeeded: number.run), step: Int32(truncatingIfNeeded: step),
                shapes: known.shapes, start: start, end: end))
    }

    /// - Returns: where they are kept; nil if there is no room.
    private func keepShapes(_ inputs: [Tensor?], _ outputs: [Tensor]) -> Int? {
        let tensors = inputs.count + outputs.count
        guard summaries.count + tensors <= summaryCapacity,
            dimensions.count + tensors * Self.largestRank <= dimensionCapacity
        else { return nil }
        shapes.append(
            CallShapes(first: summaries.count, inputCount: inputs.count, outputCount: outputs.count))
        for tensor in inputs {
            if let tensor {
                append(tensor, isView: false)
            } else {
                summaries.append(
                    Summary(type: .float32, rank: -1, firstDimension: 0, storedElements: 0, isView: false))
            }
        }
        for tensor in outputs {
            var isView = false
            for case let input? in inputs where !isView { isView = input.sharesStorage(with: tensor) }
            append(tensor, isView: isView)
        }
        return shapes.count - 1
    }

    private func append(_ tensor: Tensor, isView: Bool) {
        let first = dimensions.count
        let (sizes, strides) = (tensor.shape.dimensions, tensor.strides)
        var stored = 1
        for axis in sizes.indices where strides[axis] != 0 || sizes[axis] == 0 { stored *= sizes[axis] }
        dimensions.append(contentsOf: sizes)
        summaries.append(
            Summary(
                type: tensor.elementType, rank: sizes.count, firstDimension: first, storedElements: stored,
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
            let shapes = self.shapes[event.shapes]
            let call = OperatorCall(
                inputs: (0..<shapes.inputCount).map { self.summary(shapes.first + $0) },
                outputs: (0..<shapes.outputCount).compactMap {
                    self.summary(shapes.first + shapes.inputCount + $0)
                })
            let plan = self.runs[Int(event.run)].plan
            let step = plan.steps[Int(event.step)]
            let output = step.outputs.first.flatMap { $0 }.map { plan.valueNames[$0] }
            return Step(
                run: Int(event.run), index: Int(event.step),
                name: step.name.isEmpty ? output ?? "" : step.name,
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
