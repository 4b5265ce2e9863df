import ArgumentParser
import Transcription

/// When decoding ends, shared by the subcommands that transcribe.
struct DecodingOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp("Most tokens per segment; default: grows with its length.", valueName: "n"))
    var maxNewTokens: Int?

    @Flag(name: .customLong("no-repetition-stop"), help: "Go on when the model only repeats itself.")
    var noRepetitionStop = false

    func validate() throws {
        if let maxNewTokens, maxNewTokens < 1 {
            throw ValidationError("--max-new-tokens must be at least 1.")
        }
    }

    var transcriptionOptions: TranscriptionOptions {
        var options = TranscriptionOptions()
        options.maxNewTokens = maxNewTokens
        options.stopsRepetition = !noRepetitionStop
        return options
    }
}
