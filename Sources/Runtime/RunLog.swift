internal import Operators
internal import Tensors
internal import Threading

/// What a ``RunRecorder`` records.
///
/// A plan that runs has it to itself, and what follows from the plan is not written, so that a step costs little:
/// shapes are those of what a run is fed and of what its steps compute. Nothing is allocated while steps run: room
/// is made beforehand, and what finds none is only counted.
struct RunLog {
    struct Run {
        /// In ``plans``.
        let plan: Int
        /// What the run is fed, in ``fed``.
        let fed: Range<Int>
        /// When its first step began.
        let start: UInt64
    }

    /// A step of a run, which began when the one before ended. Steps of a branch come before the step that contains
    /// them.
    struct Event {
        let end: UInt64
        let run: Int32
        let step: Int32
        let results: Shapes
    }

    /// Where results are in ``summaries``.
    struct Shapes {
        let first: Int32
        let count: Int32

        var indices: Range<Int> { Int(first)..<Int(first + count) }
    }

    /// Where a run is in ``runs``, and the first of its plan's steps in ``latest``.
    struct RunPlace {
        fileprivate let run: Int32
        fileprivate let firstStep: Int
    }

    /// The latest results of a step, and the numbers of elements of all its tensors, which tell whether shapes changed.
    private struct Latest {
        var elementCounts = 0
        var results: Shapes?
    }

    private(set) var plans: [Plan] = []
    private(set) var runs: [Run] = []
    private(set) var fed: [(id: ComputeGraph.ValueID, summary: TensorSummary)] = []
    private(set) var events: [Event] = []
    /// Of results. Most calls of a step have the shapes of the call before and share them.
    private(set) var summaries: [TensorSummary] = []
    /// Steps that found no room.
    private(set) var droppedEvents = 0
    /// Whether something found no room. Then there is none for the steps that follow: they need it to be known.
    private var isFull = false
    /// For each plan its place in ``plans`` and that of its first step in ``latest``.
    private var places: [ObjectIdentifier: (plan: Int, firstStep: Int)] = [:]
    private var latest: [Latest] = []
    private let capacity: Int

    /// - Parameter capacity: steps.
    init(capacity: Int) {
        self.capacity = capacity
        runs.reserveCapacity(capacity)
        fed.reserveCapacity(capacity)
        events.reserveCapacity(capacity)
        summaries.reserveCapacity(summaryCapacity)
    }

    private var summaryCapacity: Int { 2 * capacity }

    /// Whether so little room is left that it is time to read and forget.
    var isHalfFull: Bool {
        max(events.count, fed.count) > capacity / 2 || summaries.count > summaryCapacity / 2
    }

    /// Forgets all runs. Shapes are kept for the next ones as long as that leaves most of the room for others.
    mutating func removeAll() {
        if summaries.count > summaryCapacity / 4 {
            plans.removeAll(keepingCapacity: true)
            summaries.removeAll(keepingCapacity: true)
            places.removeAll(keepingCapacity: true)
            latest.removeAll(keepingCapacity: true)
        }
        runs.removeAll(keepingCapacity: true)
        fed.removeAll(keepingCapacity: true)
        events.removeAll(keepingCapacity: true)
        droppedEvents = 0
        isFull = false
    }

    /// To be called just before a plan's first step.
    mutating func beginRun(_ plan: Plan, _ values: [(ComputeGraph.ValueID, Tensor)]) -> RunPlace {
        let place = place(of: plan)
        let first = fed.count
        if first + values.count <= capacity {
            for (id, tensor) in values { fed.append((id, TensorSummary(tensor))) }
        } else {
            isFull = true
        }
        runs.append(Run(plan: place.plan, fed: first..<fed.count, start: MonotonicClock.now))
        return RunPlace(run: Int32(runs.count - 1), firstStep: place.firstStep)
    }

    private mutating func place(of plan: Plan) -> (plan: Int, firstStep: Int) {
        let id = ObjectIdentifier(plan.identity)
        if let known = places[id] { return known }
        let place = (plan: plans.count, firstStep: latest.count)
        places[id] = place
        plans.append(plan)
        latest.append(contentsOf: repeatElement(Latest(), count: plan.steps.count))
        return place
    }

    /// Keeps the shapes of a step's results if its tensors differ from those of its call before, which takes little
    /// more than to see that they do not. Inputs count too: on them depends whether results are views.
    mutating func shapes(
        _ run: RunPlace, _ step: Int, _ inputs: [Tensor?], _ results: [Tensor]
    ) -> Shapes {
        // Borrowed through spans, because copying a tensor takes longer than all else here.
        func count(_ tensor: borrowing Tensor?) -> Int {
            switch tensor {
            case .some(let tensor): tensor.shape.elementCount
            case .none: -1
            }
        }
        let (read, written) = (inputs.span, results.span)
        var elementCounts = 0
        for index in read.indices { elementCounts = elementCounts &* 31 &+ count(read[index]) }
        for index in written.indices {
            elementCounts = elementCounts &* 31 &+ written[index].shape.elementCount
        }
        let place = run.firstStep + step
        if latest[place].elementCounts == elementCounts, let known = latest[place].results { return known }
        guard summaries.count + results.count <= summaryCapacity else {
            isFull = true
            return Shapes(first: 0, count: 0)
        }
        let kept = Shapes(first: Int32(summaries.count), count: Int32(results.count))
        summaries.append(outputs: results, ofInputs: inputs)
        latest[place] = Latest(elementCounts: elementCounts, results: kept)
        return kept
    }

    /// Keeps a step, which ends now.
    mutating func endStep(_ run: RunPlace, _ step: Int, _ results: Shapes) {
        guard !isFull, events.count < capacity else {
            isFull = true
            droppedEvents += 1
            return
        }
        events.append(
            Event(
                end: MonotonicClock.now, run: run.run, step: Int32(truncatingIfNeeded: step), results: results
            ))
    }
}
