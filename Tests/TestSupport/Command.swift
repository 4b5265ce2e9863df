package import Foundation

/// The program `qwen3-asr` as its users run it.
package struct Command {
    package let arguments: [String]
    package var environment: [String: String] = [:]
    package var standardInput = Data()

    /// What a finished run left.
    package struct Result: Sendable {
        package let status: Int32
        package let endedBySignal: Bool
        package let output: String
        package let errors: String

        /// The objects of a `--format json` run.
        package var records: [[String: Any]] {
            output.split(separator: "\n").compactMap { line in
                try? JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
            }
        }
    }

    package init(_ arguments: String...) {
        self.arguments = arguments
    }

    package init(_ arguments: [String]) {
        self.arguments = arguments
    }

    /// Beside the test bundle, where SwiftPM puts all products.
    static let executable = URL(filePath: CommandLine.arguments[0])
        .deletingLastPathComponent().appending(path: "qwen3-asr")

    /// A process that is not started yet, whose streams go to files: pipes would fill up.
    package func process(output: URL, errors: URL) throws -> Process {
        let process = Process()
        process.executableURL = Self.executable
        process.arguments = arguments
        var inherited = ProcessInfo.processInfo.environment
        inherited["QWEN3_ASR_MODEL"] = nil
        process.environment = inherited.merging(environment) { _, new in new }
        for file in [output, errors] { try Data().write(to: file) }
        process.standardOutput = try FileHandle(forWritingTo: output)
        process.standardError = try FileHandle(forWritingTo: errors)
        let input = output.appendingPathExtension("in")
        try standardInput.write(to: input)
        process.standardInput = try FileHandle(forReadingFrom: input)
        return process
    }

    /// Runs the program to its end.
    package func run() throws -> Result {
        let directory = try TemporaryDirectory()
        let process = try process(output: directory.file("out"), errors: directory.file("err"))
        try process.run()
        process.waitUntilExit()
        return Result(
            status: process.terminationStatus,
            endedBySignal: process.terminationReason == .uncaughtSignal,
            output: try String(contentsOf: directory.file("out"), encoding: .utf8),
            errors: try String(contentsOf: directory.file("err"), encoding: .utf8))
    }
}
