import Synchronization
import Transcription

/// A line on standard error that follows long work.
final class ProgressLine: Sendable {
    private struct State {
        var start = 0.0
        var duration = 0.0
        var tokens = 0
    }

    private let name: String
    private let terminal: Terminal
    private let isDrawn: Bool
    private let state = Mutex(State())

    init(_ name: String, terminal: Terminal, isDrawn: Bool) {
        self.name = name
        self.terminal = terminal
        self.isDrawn = isDrawn
    }

    func update(_ event: TranscriptionEvent) {
        guard isDrawn && terminal.isInteractive else { return }
        let state = state.withLock { state in
            switch event {
            case .segmentStarted(let start, _, let duration):
                state.start = start
                state.duration = duration
            case .token: state.tokens += 1
            case .segmentFinished(let segment): state.start = segment.end
            case .finished: break
            }
            return state
        }
        let percent = state.duration > 0 ? Int(state.start / state.duration * 100) : 0
        terminal.progress(
            "\(name): \(Int(state.start)) of \(Int(state.duration.rounded(.up))) s (\(percent) %), "
                + "\(state.tokens) tokens")
    }
}
