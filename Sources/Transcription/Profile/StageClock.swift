internal import Runtime
internal import Threading

/// The stages of the pipeline; the raw values are their names in profiles.
enum PipelineStage: String, CaseIterable {
    case load
    case audio
    case mel
    case encode
    case prefill
    case decode
    case text
}

/// Times the stages of one transcription, and tells a recorder of them if there is one.
final class StageClock {
    private(set) var timing: Timing
    private let recorder: ProfileRecorder?

    init(loadTime: Double, recorder: ProfileRecorder?) {
        timing = Timing(load: loadTime)
        self.recorder = recorder
    }

    /// What runs of graphs are recorded with.
    var runs: RunRecorder? { recorder?.runs }

    /// Runs one stage; stages are not nested.
    func stage<Result>(_ stage: PipelineStage, _ body: () throws -> Result) rethrows -> Result {
        let start = MonotonicClock.now
        defer {
            let end = MonotonicClock.now
            timing.add(Double(end - start) * 1e-9, to: stage)
            recorder?.endStage(stage, start: start, end: end)
        }
        return try body()
    }

    /// Runs a part of a stage that profiles name; not one that runs graphs.
    func part<Result>(_ name: String, _ body: () throws -> Result) rethrows -> Result {
        guard let recorder else { return try body() }
        let start = MonotonicClock.now
        defer { recorder.endPart(name, start: start) }
        return try body()
    }

    /// Runs one decoding step.
    func step<Result>(_ body: () throws -> Result) rethrows -> Result {
        guard let recorder else { return try body() }
        let start = MonotonicClock.now
        defer { recorder.endStep(start: start) }
        return try body()
    }

    /// Notes that the model chose a token.
    func choseToken() { recorder?.choseToken() }

    /// Notes how long a prompt is.
    func readPrompt(_ tokens: Int) { recorder?.readPrompt(tokens) }

    func finish(total: Double) { timing.total = total }
}

extension StageClock? {
    /// ``StageClock/part(_:_:)`` where there may be no clock.
    func part<Result>(_ name: String, _ body: () throws -> Result) rethrows -> Result {
        try self?.part(name, body) ?? body()
    }
}

extension Timing {
    fileprivate mutating func add(_ seconds: Double, to stage: PipelineStage) {
        switch stage {
        case .load: load += seconds
        case .audio, .mel: audio += seconds
        case .encode: encode += seconds
        case .prefill: prefill += seconds
        case .decode: decode += seconds
        case .text: break
        }
    }
}
