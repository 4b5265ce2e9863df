import ArgumentParser
import Foundation
import Tensors
import Transcription

struct TranscribeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "transcribe",
        abstract: "Print what is said in recordings.",
        discussion: """
            Reads WAV, FLAC, Ogg Vorbis, Opus, MP3 and what else libsndfile knows. AUDIO may be - for standard \
            input.

            Examples:
              qwen3-asr transcribe --model qwen3-asr-1.7b-onnx meeting.flac
              qwen3-asr transcribe --format json --output-dir transcripts *.wav
              ffmpeg -i film.mkv -ar 16000 -ac 1 -f wav - | qwen3-asr transcribe --language de -
            """)

    enum Format: String, ExpressibleByArgument, CaseIterable {
        case txt
        case json
    }

    @OptionGroup var model: ModelOption

    @Option(help: "Weights to use: auto takes int4 where the model has it.")
    var variant = Variant.auto

    @Option(help: ArgumentHelp("Force a language, by English name or code.", valueName: "name|code"))
    var language: String?

    @Option(help: ArgumentHelp("Words that are likely to be said.", valueName: "text"))
    var context = ""

    @Option(
        help: ArgumentHelp(
            "Longest piece that is transcribed at a time, 1 to 1200; default: 60, the pocket model 12.",
            valueName: "s"))
    var segmentSeconds: Double?

    @Option(help: "Plain text, or one JSON object per input and line.")
    var format = Format.txt

    @Option(help: ArgumentHelp("Write to a file.", valueName: "file"), completion: .file())
    var output: String?

    @Option(help: ArgumentHelp("Write a file for each input.", valueName: "dir"), completion: .directory)
    var outputDir: String?

    @OptionGroup var decoding: DecodingOptions

    @OptionGroup var engine: EngineOptions

    @Flag(help: "Say nothing but errors on standard error.")
    var quiet = false

    @Argument(help: ArgumentHelp("Recordings.", valueName: "audio"), completion: .file())
    var inputs: [String]

    func validate() throws {
        if inputs.isEmpty { throw ValidationError("Name at least one recording.") }
        if inputs.count(where: { $0 == "-" }) > 1 {
            throw ValidationError("Standard input (-) can be read once only.")
        }
        if output != nil && outputDir != nil {
            throw ValidationError("--output and --output-dir exclude each other.")
        }
        if let language, Language(language) == nil {
            throw ValidationError(
                "Unknown language \(language). Known: "
                    + Language.all.map { "\($0.name) (\($0.code))" }.joined(separator: ", ") + ".")
        }
        if let segmentSeconds, !(1...1_200).contains(segmentSeconds) {
            throw ValidationError("--segment-seconds must be 1 to 1200.")
        }
    }

    func run() async throws {
        MappedFileFaults.install()
        let terminal = Terminal(quiet: quiet)
        let interruption = Interruption()
        let status: ExitStatus?
        do {
            let plan = try OutputPlan(
                file: output, directory: outputDir, inputs: inputs, suffix: format.rawValue)
            let (url, isPocketModel) = model.directory
            if isPocketModel {
                terminal.note(
                    "no --model given: using the bundled pocket model, which knows spoken English digits only"
                )
            }
            let transcriberOptions = engine.transcriberOptions(variant)
            let transcriber = try await interruption.cancelling {
                try await Transcriber(modelDirectory: url, options: transcriberOptions)
            }
            var job = TranscribeJob(
                transcriber: transcriber, options: transcriptionOptions, inputs: inputs, format: format,
                output: plan, terminal: terminal, interruption: interruption,
                modelName: isPocketModel ? "pocket" : url.path)
            status = try await job.run()
            transcriber.releaseWeights()
        } catch is CancellationError {
            interruption.leave()
        } catch {
            terminal.error("\(error)")
            throw ExitStatus(error).exit
        }
        if interruption.received != nil { interruption.leave() }
        if let status { throw status.exit }
    }

    private var transcriptionOptions: TranscriptionOptions {
        var options = decoding.transcriptionOptions
        options.language = language.flatMap { Language($0) }
        options.context = context
        options.segmentSeconds = segmentSeconds
        return options
    }
}
