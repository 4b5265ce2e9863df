import ArgumentParser

/// The command line: a thin user of the library `Transcription`.
@main
struct Qwen3ASR: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "qwen3-asr",
        abstract: "Speech to text with Qwen3-ASR models in ONNX form, without ONNX Runtime.",
        discussion: """
            Example:
              qwen3-asr transcribe --model qwen3-asr-1.7b-onnx meeting.flac
            """,
        subcommands: [
            TranscribeCommand.self, TokenizeCommand.self, VerifyCommand.self, InspectCommand.self,
            ProfileCommand.self,
        ])
}
