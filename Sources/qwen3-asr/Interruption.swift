// Signal sources are safe to share, but not annotated so on Linux.
@preconcurrency import Dispatch
import Foundation
import Synchronization

/// Turns the first Ctrl-C (or SIGTERM) into cancellation of a task; the second one ends the program at once.
final class Interruption: Sendable {
    private struct State {
        var received: ExitStatus?
        var cancel: (@Sendable () -> Void)?
    }

    private let state = Mutex(State())
    private let sources: [any DispatchSourceSignal]

    init() {
        sources = [SIGINT, SIGTERM].map { number in
            signal(number, SIG_IGN)
            return DispatchSource.makeSignalSource(signal: number, queue: .global())
        }
        for (source, status) in zip(sources, [ExitStatus.interrupted, .terminated]) {
            source.setEventHandler { [weak self] in self?.receive(status) }
            source.resume()
        }
    }

    /// What arrived, if anything did.
    var received: ExitStatus? { state.withLock { $0.received } }

    /// Runs `body` in a task that a signal cancels.
    func cancelling<Result: Sendable>(
        _ body: @escaping @Sendable () async throws -> Result
    ) async throws -> Result {
        let task = Task { try await body() }
        let isLate = state.withLock { state in
            state.cancel = { task.cancel() }
            return state.received != nil
        }
        if isLate { task.cancel() }
        return try await task.value
    }

    /// Ends the program as the signal asks, without what is otherwise done at exit: cancelled work may still be on
    /// its way to the next place where it looks up, and must not meet libraries that are already shut down.
    func leave() -> Never {
        fflush(nil)
        _exit((received ?? .interrupted).rawValue)
    }

    private func receive(_ status: ExitStatus) {
        let cancel: (@Sendable () -> Void)? = state.withLock { state in
            if state.received != nil { _exit(status.rawValue) }
            state.received = status
            return state.cancel
        }
        cancel?()
    }
}
