import ArgumentParser
import Foundation
import Transcription

/// `--model`, shared by the subcommands.
struct ModelOption: ParsableArguments {
    @Option(
        name: .customLong("model"),
        help: ArgumentHelp(
            "Model directory.",
            discussion: """
                Default: the environment's QWEN3_ASR_MODEL, else the bundled pocket model, which knows spoken \
                English digits.
                """,
            valueName: "dir"),
        completion: .directory)
    var path: String?

    /// The directory to use, and whether it is the bundled model's.
    var directory: (url: URL, isPocketModel: Bool) {
        let named =
            path ?? ProcessInfo.processInfo.environment["QWEN3_ASR_MODEL"].flatMap { $0.isEmpty ? nil : $0 }
        guard let named else { return (Transcriber.pocketModelDirectory, true) }
        return (URL(filePath: named), false)
    }
}
