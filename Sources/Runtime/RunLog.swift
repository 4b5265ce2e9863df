internal import Operators
internal import Tensors
internal import Threading

/// What a ``RunRecorder`` records.
///
/// A plan that runs has it to itself, and what follows from the plan is not written, so that a step costs little: the
/// time of its end, and shapes where they are not those of the step's call before. Nothing is allocated while steps
/// run: room is made beforehand, and what finds none is only counted.
struct RunLog: Sendable {
    /// A run of a plan. Its steps follow each other, but for those of a branch, which come before the step that
    /// contains them.
    struct Run {
        /// In ``plans``.
        let plan: Int
        /// Number of runs that contain it.
        let depth: Int
        /// What the run is fed, in ``fed``.
        let fed: Range<Int>
        /// When its first step began.
        let start: UInt64
        /// Its first step, in ``ends``.
        let firstEvent: Int
    }

    /// Other shapes of a step's results than in its call before.
    struct Change {
        /// Its call, in ``ends``.
        let event: Int
        /// The step, in ``initialResults``.
        let place: Int
        /// In ``summaries``.
        let results: Range<Int>
    }

    /// The latest results of a step, and the numbers of elements that tell whether their shapes changed. As small as
    /// can be, because much else has been in the caches since the step ran before.
    private struct Latest {
        var elementCounts: UInt32 = 0
        var isKnown = false
    }

    /// Of sessions.
    private(set) var calls: [(start: UInt64, end: UInt64)] = []
    private(set) var plans: [(plan: Plan, firstPlace: Int)] = []
    private(set) var runs: [Run] = []
    private(set) var fed: [(id: ComputeGraph.ValueID, summary: TensorSummary)] = []
    /// When each step ended, which is when the next one of its run began.
    private(set) var ends: [UInt64] = []
    private(set) var changes: [Change] = []
    /// Of each plan's steps before the first run, in ``summaries``; nil where they are not known.
    private(set) var initialResults: [Range<Int>?] = []
    /// Of results. Most calls of a step have the shapes of the call before and share them.
    private(set) var summaries: [TensorSummary] = []
    /// Steps that found no room.
    private(set) var droppedEvents = 0
    /// Whether something found no room. Then there is none for the steps that follow: they need it to be known.
    private var isFull = false
    private var depth = 0
    /// Of each plan in ``plans``.
    private var places: [ObjectIdentifier: Int] = [:]
    /// Of each plan's steps.
    private var latest: [Latest] = []
    /// Steps.
    private let capacity: Int

    /// - Parameter capacity: steps.
    init(capacity: Int) {
        self.capacity = capacity
        calls.reserveCapacity(capacity)
        runs.reserveCapacity(capacity)
        fed.reserveCapacity(capacity)
        ends.reserveCapacity(capacity)
        changes.reserveCapacity(summaryCapacity)
        summaries.reserveCapacity(summaryCapacity)
    }

    private var summaryCapacity: Int { 2 * capacity }

    /// Whether so little room is left that it is time to read and forget.
    var isHalfFull: Bool {
        max(ends.count, fed.count) > capacity / 2 || summaries.count > summaryCapacity / 2
    }

    /// Forgets all runs. Shapes are kept for the next ones as long as that leaves most of the room for others.
    mutating func removeAll() {
        if summaries.count > summaryCapacity / 4 {
            plans.removeAll(keepingCapacity: true)
            initialResults.removeAll(keepingCapacity: true)
            summaries.removeAll(keepingCapacity: true)
            places.removeAll(keepingCapacity: true)
            latest.removeAll(keepingCapacity: true)
        } else {
            for change in changes { initialResults[change.place] = change.results }
        }
        calls.removeAll(keepingCapacity: true)
        runs.removeAll(keepingCapacity: true)
        fed.removeAll(keepingCapacity: true)
        ends.removeAll(keepingCapacity: true)
        changes.removeAll(keepingCapacity: true)
        droppedEvents = 0
        isFull = false
    }

    /// Keeps a session's call, which ends now.
    mutating func recordCall(start: UInt64) {
        calls.append((start, MonotonicClock.now))
    }

    /// To be called before the first of runs that contain each other.
    mutating func beginOutermostRun() {
        depth = 0
    }

    /// To be called just before a plan's first step.
    ///
    /// - Returns: the place of the plan's first step.
    mutating func beginRun(_ plan: Plan, _ values: [(ComputeGraph.ValueID, Tensor)]) -> Int {
        let number = number(of: plan)
        let first = fed.count
        if first + values.count <= capacity {
            for (id, tensor) in values { fed.append((id, TensorSummary(tensor))) }
        } else {
            isFull = true
        }
        runs.append(
            Run(
                plan: number, depth: depth, fed: first..<fed.count, start: MonotonicClock.now,
                firstEvent: ends.count))
        depth += 1
        return plans[number].firstPlace
    }

    private mutating func number(of plan: Plan) -> Int {
        let id = ObjectIdentifier(plan.identity)
        if let known = places[id] { return known }
        let number = plans.count
        places[id] = number
        plans.append((plan, latest.count))
        latest.append(contentsOf: repeatElement(Latest(), count: plan.steps.count))
        initialResults.append(contentsOf: repeatElement(nil, count: plan.steps.count))
        return number
    }

    /// To be called after a plan's last step.
    mutating func endRun() {
        depth -= 1
    }

    /// Keeps the shapes of the results of a step that is about to end if these, or its first input, differ from those
    /// of its call before, which takes little more than to see that they do not. The first input counts too, because
    /// results can be views of it.
    mutating func keepShapes(of place: Int, _ inputs: OperatorInputs, _ results: [Tensor]) {
        var elementCounts = inputs[0]?.shape.elementCount ?? -1
        for result in results { elementCounts = elementCounts &* 31 &+ result.shape.elementCount }
        let mixed = UInt32(truncatingIfNeeded: elementCounts ^ (elementCounts >> 32))
        if latest[place].elementCounts == mixed, latest[place].isKnown { return }
        guard !isFull, summaries.count + results.count <= summaryCapacity else {
            isFull = true
            return
        }
        let first = summaries.count
        summaries.append(outputs: results, ofInputs: inputs.tensors)
        changes.append(Change(event: ends.count, place: place, results: first..<summaries.count))
        latest[place] = Latest(elementCounts: mixed, isKnown: true)
    }

    /// Keeps a step, which ends now.
    mutating func endStep() {
        guard !isFull, ends.count < capacity else {
            isFull = true
            droppedEvents += 1
            return
        }
        ends.append(MonotonicClock.now)
    }
}
