import Foundation

/// Messages for people, on standard error.
struct Terminal {
    /// Whether progress may be drawn.
    let isInteractive: Bool
    let isQuiet: Bool

    init(quiet: Bool) {
        let environment = ProcessInfo.processInfo.environment
        isQuiet = quiet
        isInteractive = !quiet && isatty(STDERR_FILENO) == 1 && environment["TERM"] != "dumb"
    }

    /// A line that a user who asked for quiet does not want.
    func note(_ message: String) {
        if !isQuiet { Self.write("qwen3-asr: \(message)\n") }
    }

    /// A line that is always shown.
    func error(_ message: String) {
        clearProgress()
        Self.write("qwen3-asr: \(message)\n")
    }

    /// Replaces the progress line.
    func progress(_ line: String) {
        if isInteractive { Self.write("\r\u{1B}[K\(line)") }
    }

    func clearProgress() {
        if isInteractive { Self.write("\r\u{1B}[K") }
    }

    private static func write(_ text: String) {
        // Nobody can be told that standard error is closed.
        try? FileHandle.standardError.write(contentsOf: Data(text.utf8))
    }
}
