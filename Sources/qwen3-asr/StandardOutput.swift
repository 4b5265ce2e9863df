import Foundation

/// Results, on standard output.
enum StandardOutput {
    static var isTerminal: Bool { isatty(STDOUT_FILENO) == 1 }

    static func write(_ text: String) throws(CommandFailure) {
        do {
            try FileHandle.standardOutput.write(contentsOf: Data(text.utf8))
        } catch {
            throw CommandFailure(
                status: .cannotWrite, description: "standard output: \(error.localizedDescription)")
        }
    }
}
