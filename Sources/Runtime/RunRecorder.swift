package import Operators
package import Threading

/// When the steps of plans ran, and what they ran on.
///
/// Belongs to one thread.
package final class RunRecorder {
    /// Where the loops of recorded runs are recorded.
    package let loops: LoopRecorder
    /// Nanoseconds of ``MonotonicClock``, like all times here, of sessions' calls. They contain the runs of their
    /// plans.
    package private(set) var calls: [(start: UInt64, end: UInt64)] = []
    /// Nil while a plan runs.
    private var log: RunLog?

    /// - Parameters:
    ///   - threads: of the sessions' pool.
    ///   - capacity: steps.
    package init(threads: Int, capacity: Int) {
        loops = LoopRecorder(threads: threads, capacity: capacity)
        log = RunLog(capacity: capacity)
        calls.reserveCapacity(capacity)
    }

    /// Events that found no room, those of loops not included.
    package var droppedEvents: Int { log?.droppedEvents ?? 0 }
    /// Whether so little room is left that it is time to read and forget.
    package var isHalfFull: Bool { (log?.isHalfFull ?? false) || loops.isHalfFull }

    /// Forgets everything, but keeps the room.
    package func removeAll() {
        loops.removeAll()
        calls.removeAll(keepingCapacity: true)
        log?.removeAll()
    }

    /// Lets a plan write, by one access for all of its steps.
    func lendingLog<Result>(
        _ body: (inout RunLog?) throws(RunError) -> Result
    ) throws(RunError) -> Result {
        try body(&log)
    }

    func recordCall(start: UInt64) {
        calls.append((start, MonotonicClock.now))
    }
}

// MARK: Reading

extension RunRecorder {
    /// One step of a run, with what it cost.
    package struct Step {
        /// Counts the runs of plans. Those of branches are numbered after the run that contains them.
        package let run: Int
        package let plan: Plan
        /// Index in the plan's steps.
        package let index: Int
        /// Of the node; of its first output if it has none.
        package let name: String
        /// When the step before ended.
        package let start: UInt64
        package let end: UInt64
        package let call: OperatorCall
        package let cost: OperatorCost
    }

    /// All steps, in the order of their ends.
    package var steps: [Step] {
        guard let log else { return [] }
        var runs = log.runs.map { ReadRun($0, in: log) }
        return log.events.map { runs[Int($0.run)].step($0, in: log) }
    }
}

/// A run whose steps are read one after the other.
private struct ReadRun {
    private let plan: Plan
    /// When the next step began.
    private var start: UInt64
    /// What the run was fed and what it computed until now; constants are in the plan.
    private var values: [ComputeGraph.ValueID: TensorSummary]

    init(_ run: RunLog.Run, in log: RunLog) {
        plan = log.plans[run.plan]
        start = run.start
        values = Dictionary(
            log.fed[run.fed].map { ($0.id, $0.summary) }, uniquingKeysWith: { _, last in last })
    }

    mutating func step(_ event: RunLog.Event, in log: RunLog) -> RunRecorder.Step {
        let index = Int(event.step)
        let step = plan.steps[index]
        let results = Array(log.summaries[event.results.indices])
        let inputs = step.inputs.map {
            $0.flatMap { values[$0] ?? plan.initialValues[$0].map { TensorSummary($0) } }
        }
        for (id, result) in zip(step.outputs, results) {
            guard let id else { continue }
            values[id] = TensorSummary(
                result.elementType, result.shape, storedElements: result.storedElements)
        }
        for id in step.released { values[id] = nil }
        let call = OperatorCall(inputs: inputs, outputs: results)
        defer { start = event.end }
        let output = step.outputs.first.flatMap { $0 }.map { plan.valueNames[$0] }
        return RunRecorder.Step(
            run: Int(event.run), plan: plan, index: index, name: step.name.isEmpty ? output ?? "" : step.name,
            start: start, end: event.end, call: call, cost: step.cost(of: call))
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
