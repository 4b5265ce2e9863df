internal import Runtime
internal import Threading

/// Records one transcription, on the thread that it runs on.
///
/// Runs of graphs are recorded into room that is made beforehand. It is read at the end, because that would take from
/// the processor's caches what the next stage finds there otherwise. Where half of it is taken before, it is emptied
/// between two stages, which belongs to neither, or between two decoding steps, which is recorded as a part of the
/// stage.
final class ProfileRecorder {
    let runs: RunRecorder
    private let beginning = MonotonicClock.now
    private var nodes = NodeTotals()
    private var timeline: TimelineRecorder?
    private var stages: [PipelineStage: UInt64] = [:]
    private var parts: [Part] = []
    private var steps: [Double] = []
    private var tokens = Profile.Tokens(prompt: 0, generated: 0)
    private var firstToken: UInt64?
    private var droppedEvents = 0
    /// Stages that ended since runs were read.
    private var ended: [(stage: PipelineStage, end: UInt64)] = []
    /// Spent on reading between stages.
    private var pauses: UInt64 = 0

    /// Time of a stage that is not a node's.
    private struct Part {
        let stage: PipelineStage
        let name: String
        var nanoseconds: UInt64
    }

    /// Parts of the running stage, which is known when it ends.
    private var pending: [(name: String, start: UInt64, end: UInt64)] = []

    /// - Parameters:
    ///   - room: for the runs of graphs.
    ///   - threads: of the sessions' pool.
    ///   - keepsEvents: for a timeline.
    init(_ room: RecordingRoom, threads: Int, keepsEvents: Bool) {
        runs = RunRecorder(room)
        pending.reserveCapacity(1 << 10)
        steps.reserveCapacity(1 << 10)
        timeline = keepsEvents ? TimelineRecorder(beginning: beginning, threads: threads) : nil
    }

    // MARK: Recording

    func endPart(_ name: String, start: UInt64) {
        pending.append((name, start, MonotonicClock.now))
    }

    func endStep(start: UInt64) {
        steps.append(Double(MonotonicClock.now - start) * 1e-9)
        if runs.isHalfFull {
            let start = MonotonicClock.now
            ended.append((.decode, start))
            readRuns()
            endPart("recording", start: start)
        }
    }

    func choseToken() {
        tokens.generated += 1
        if firstToken == nil { firstToken = MonotonicClock.now }
    }

    func readPrompt(_ count: Int) {
        tokens.prompt += count
    }

    func endStage(_ stage: PipelineStage, start: UInt64, end: UInt64) {
        stages[stage, default: 0] += end - start
        timeline?.add(.stage, stage.rawValue, start: start, end: end)
        for part in pending {
            add(part.name, to: stage, part.end - part.start)
            timeline?.add(.overhead, part.name, start: part.start, end: part.end)
        }
        pending.removeAll(keepingCapacity: true)
        ended.append((stage, end))
        if runs.isHalfFull {
            readRuns()
            pauses += MonotonicClock.now - end
        }
    }

    private func add(_ name: String, to stage: PipelineStage, _ nanoseconds: UInt64) {
        if let index = parts.firstIndex(where: { $0.stage == stage && $0.name == name }) {
            parts[index].nanoseconds += nanoseconds
        } else {
            parts.append(Part(stage: stage, name: name, nanoseconds: nanoseconds))
        }
    }

    private func readRuns() {
        defer {
            runs.removeAll()
            ended.removeAll(keepingCapacity: true)
        }
        droppedEvents += runs.droppedEvents + runs.loops.droppedEvents
        let reading = RunReading(runs)
        for step in reading.steps {
            guard let stage = stage(at: step.recorded.end) else { continue }
            let node = nodes.add(step, stage: stage)
            timeline?.add(step, node: node)
        }
        timeline?.addLoops(of: runs.loops)
        for call in reading.calls {
            guard let stage = stage(at: call.end) else { continue }
            add("calling the graph", to: stage, call.aroundSteps)
        }
    }

    /// The ended stage that a time belongs to.
    private func stage(at time: UInt64) -> PipelineStage? {
        ended.first { time <= $0.end }?.stage
    }

    // MARK: Reading

    /// What one transcription was, beside its times.
    struct Subject {
        let engine: Profile.Engine
        let model: Profile.Model
        let audio: Profile.Audio
        let text: String
        /// Seconds.
        let loadTime: Double
    }

    /// The profile of what was recorded until now.
    func profile(of subject: Subject) -> Profile {
        let total = MonotonicClock.now - beginning - pauses
        readRuns()
        let names = PipelineStage.allCases.filter { $0 != .load }
        return Profile(
            engine: subject.engine, model: subject.model, audio: subject.audio, text: subject.text,
            tokens: tokens, machine: .current, memory: .current, total: [Double(total) * 1e-9],
            timeToFirstToken: [Double((firstToken ?? beginning) - beginning) * 1e-9],
            stages: [Profile.Stage(name: PipelineStage.load.rawValue, times: [subject.loadTime])]
                + names.map { stage in
                    Profile.Stage(name: stage.rawValue, times: [Double(stages[stage] ?? 0) * 1e-9])
                },
            nodes: nodes.nodes,
            overheads: [
                Profile.Overhead(
                    stage: PipelineStage.load.rawValue, name: "loading the model", times: [subject.loadTime])
            ]
                + parts.map {
                    Profile.Overhead(
                        stage: $0.stage.rawValue, name: $0.name, times: [Double($0.nanoseconds) * 1e-9])
                },
            steps: [steps], droppedEvents: droppedEvents, timeline: timeline?.timeline)
    }
}
