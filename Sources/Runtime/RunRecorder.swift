package import Operators
package import Threading

/// When the steps of plans ran, and what they ran on.
///
/// Belongs to one thread.
package final class RunRecorder {
    /// Where the loops of recorded runs are recorded.
    package let loops: LoopRecorder
    /// Nil once another recorder has the room.
    private var log: RunLog?

    /// - Parameter room: what no other recorder uses.
    package init(_ room: RecordingRoom) {
        loops = room.loops
        log = room.log
    }

    /// Forgets everything and gives its room to another recorder. Nothing can be recorded afterwards.
    package func takeRoom() -> RecordingRoom? {
        removeAll()
        return log.take().map { RecordingRoom(loops: loops, log: $0) }
    }

    /// Events that found no room, those of loops not included.
    package var droppedEvents: Int { log?.droppedEvents ?? 0 }
    /// Whether so little room is left that it is time to read and forget.
    package var isHalfFull: Bool { (log?.isHalfFull ?? false) || loops.isHalfFull }

    /// Forgets everything, but keeps the room.
    package func removeAll() {
        loops.removeAll()
        log?.removeAll()
    }

    /// Lets a plan write, by one access for all of its steps.
    func lendingLog<Result>(
        _ body: (inout RunLog?) throws(RunError) -> Result
    ) throws(RunError) -> Result {
        log?.beginOutermostRun()
        return try body(&log)
    }

    func recordCall(start: UInt64) {
        log?.recordCall(start: start)
    }
}

/// Memory that runs are recorded into, with the shapes of results that it knows.
///
/// Making it, and finding the shapes of each step, takes longer than to record a short run.
package struct RecordingRoom: Sendable {
    let loops: LoopRecorder
    let log: RunLog

    /// - Parameters:
    ///   - threads: of the sessions' pool.
    ///   - capacity: steps.
    package init(threads: Int, capacity: Int) {
        loops = LoopRecorder(threads: threads, capacity: capacity)
        log = RunLog(capacity: capacity)
    }

    fileprivate init(loops: LoopRecorder, log: RunLog) {
        self.loops = loops
        self.log = log
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

    /// Nanoseconds of ``MonotonicClock``, like all times here, of sessions' calls. They contain the runs of their
    /// plans.
    package var calls: [(start: UInt64, end: UInt64)] { log?.calls ?? [] }

    /// All steps, in the order of their ends.
    package var steps: [Step] {
        guard let log else { return [] }
        var steps: [Step] = []
        steps.reserveCapacity(log.ends.count)
        var results = log.initialResults
        var changes = log.changes[...]
        var runs = Array(log.runs.enumerated())[...]
        /// Each contains the next one.
        var running: [ReadRun] = []
        for (event, end) in log.ends.enumerated() {
            while let (number, run) = runs.first, run.firstEvent == event {
                running.removeLast(running.count - min(running.count, run.depth))
                running.append(ReadRun(run, number, in: log))
                runs.removeFirst()
            }
            if let change = changes.first, change.event == event {
                results[change.place] = change.results
                changes.removeFirst()
            }
            while running.last?.hasEnded == true { running.removeLast() }
            guard !running.isEmpty else { break }
            steps.append(running[running.count - 1].step(end: end, results, in: log))
        }
        return steps
    }
}

/// A run whose steps are read one after the other.
private struct ReadRun {
    private let number: Int
    private let plan: Plan
    private let firstPlace: Int
    /// The next step, and when it began.
    private var index = 0
    private var start: UInt64
    /// What the run was fed and what it computed until now; constants are in the plan.
    private var values: [ComputeGraph.ValueID: TensorSummary]

    init(_ run: RunLog.Run, _ number: Int, in log: RunLog) {
        self.number = number
        (plan, firstPlace) = log.plans[run.plan]
        start = run.start
        values = Dictionary(
            log.fed[run.fed].map { ($0.id, $0.summary) }, uniquingKeysWith: { _, last in last })
    }

    var hasEnded: Bool { index == plan.steps.count }

    /// - Parameter results: of each place, in the log's summaries.
    mutating func step(end: UInt64, _ results: [Range<Int>?], in log: RunLog) -> RunRecorder.Step {
        let step = plan.steps[index]
        let results = results[firstPlace + index].map { Array(log.summaries[$0]) } ?? []
        let inputs = step.inputs.map {
            $0.flatMap { values[$0] ?? plan.constants[$0].map { TensorSummary($0) } }
        }
        for (id, result) in zip(step.outputs, results) {
            guard let id else { continue }
            values[id] = TensorSummary(
                result.elementType, result.shape, storedElements: result.storedElements)
        }
        for id in step.released { values[id] = nil }
        let call = OperatorCall(inputs: inputs, outputs: results)
        let output = step.outputs.first.flatMap { $0 }.map { plan.valueNames[$0] }
        defer {
            start = end
            index += 1
        }
        return RunRecorder.Step(
            run: number, plan: plan, index: index, name: step.name.isEmpty ? output ?? "" : step.name,
            start: start, end: end, call: call, cost: step.cost(of: call))
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
