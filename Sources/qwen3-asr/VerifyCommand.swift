import ArgumentParser
import Foundation
import Kernels
import Tensors
import Transcription
import Verification

struct VerifyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Compare what models compute with references.",
        discussion: """
            MODEL is a .onnx file with data sets in ONNX's layout: test_data_set_0/input_0.pb, output_0.pb, … \
            beside it; or a model directory with a folder reference, of which all graphs, the spectrogram, \
            prompts and greedy tokens are compared. Without --rtol and --atol, results of float32 graphs may \
            differ by 1e-5 in relative L2, those of graphs that quantise activations by 1.5e-2.

            Exits with 0 if all agrees and 1 if something does not.

            Examples:
              qwen3-asr verify node/test_softmax_example/model.onnx --rtol 1e-3 --atol 1e-7
              qwen3-asr verify encoder.onnx --reference reference/encoder --isa portable
              qwen3-asr verify qwen3-asr-0.6b-onnx --audio speech.wav
              qwen3-asr verify --self
              qwen3-asr verify --bisect decoder_step.onnx --reference recorded
            """)

    @Option(
        help: ArgumentHelp("Where the reference is, if not beside the model.", valueName: "dir"),
        completion: .directory)
    var reference: String?

    @Option(help: ArgumentHelp("Relative error that each element may have.", valueName: "x"))
    var rtol: Double?

    @Option(help: ArgumentHelp("Absolute error that each element may have.", valueName: "x"))
    var atol: Double?

    @Flag(
        help: """
            Name the first node that computes something else than the reference; needs a reference with \
            intermediate values.
            """)
    var bisect = false

    @Option(
        help: ArgumentHelp(
            "The recording of a model directory's reference, if not near it.", valueName: "file"),
        completion: .file())
    var audio: String?

    @Flag(
        name: .customLong("self"),
        help: """
            Compare the ways to run a model directory with each other, without a reference: fused and as \
            written, every instruction set, one thread and many, prompts read at once and step by step. \
            Without MODEL: the bundled model.
            """)
    var selfCheck = false

    @Option(help: "Graphs of a model directory to compare; auto: all.")
    var variant = Variant.auto

    @Flag(help: "Print a JSON object per model and line.")
    var json = false

    @OptionGroup var engine: EngineOptions

    @Argument(help: ArgumentHelp("Graphs.", valueName: "model"), completion: .file())
    var models: [String] = []

    func validate() throws {
        if selfCheck
            && (bisect || engine.noFusion || reference != nil || rtol != nil || atol != nil
                || engine.isa != .auto)
        {
            throw ValidationError("--self takes no reference and chooses tolerances and settings itself.")
        }
        if models.isEmpty && !selfCheck { throw ValidationError("Name at least one model.") }
        for (name, value) in [("--rtol", rtol), ("--atol", atol)] {
            if let value, !(value >= 0) { throw ValidationError("\(name) must be at least 0.") }
        }
    }

    func run() async throws {
        MappedFileFaults.install()
        let terminal = Terminal(quiet: false)
        var statuses: [ExitStatus] = []
        do {
            var job = try VerifyJob(settings: settings, tolerance: tolerance)
            job.reference = reference.map { URL(filePath: $0) }
            job.audio = audio.map { URL(filePath: $0) }
            job.variant = variant
            job.findsWrongNodes = bisect
            let models = models.isEmpty ? [Transcriber.pocketModelDirectory.path] : models
            for model in models {
                let status: ExitStatus?
                do {
                    let report = try await selfCheck ? job.selfCheck(of: model) : job.report(on: model)
                    try StandardOutput.write(
                        json ? JSONReport(report).line() + "\n" : StandardOutput.verifyText.text(report))
                    status = report.passes ? nil : .someInputsFailed
                } catch  where error is VerificationError || error is TranscriptionError {
                    status = ExitStatus(error)
                    terminal.error("\(error)")
                    if json { try StandardOutput.write(FailureRecord(model, error).line()) }
                }
                if let status { statuses.append(status) }
            }
        } catch {
            terminal.error("\(error)")
            throw ExitStatus(error).exit
        }
        if models.count > 1, !statuses.isEmpty {
            terminal.error("\(statuses.count) of \(models.count) models failed")
            throw ExitStatus.someInputsFailed.exit
        }
        if let status = statuses.first { throw status.exit }
    }

    private var settings: RunSettings {
        RunSettings(
            instructionSet: InstructionSet(rawValue: engine.isa.rawValue) ?? InstructionSet.supported[0],
            threads: engine.threads ?? ProcessInfo.processInfo.activeProcessorCount, fusion: !engine.noFusion)
    }

    private var tolerance: Tolerance? {
        if rtol == nil && atol == nil { return nil }
        return .elementwise(relative: rtol ?? 0, absolute: atol ?? 0)
    }
}
