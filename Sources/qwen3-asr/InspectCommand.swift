import ArgumentParser
import Foundation
import Inspection
import Tensors
import Transcription

struct InspectCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "inspect",
        abstract: "Tell what is in a model, and what this engine makes of it.",
        discussion: """
            MODEL is a .onnx file, or a directory, of which all graphs are told about: inputs and outputs, \
            operators and whether they are supported, weights and their files, quantisation, what each \
            rewrite pass fused, and what it left over and why. Operators that are not supported are listed; \
            they are no error.

            Examples:
              qwen3-asr inspect qwen3-asr-0.6b-onnx
              qwen3-asr inspect decoder_step.int4.onnx --json
              qwen3-asr inspect encoder.onnx --dot - | dot -Tsvg -o encoder.svg
            """)

    @Flag(help: "Print one JSON object.")
    var json = false

    @Option(
        help: ArgumentHelp(
            "Write the graph for Graphviz, as it is after rewriting; a directory's graphs one after the other.",
            discussion: "With - it is written to standard output, and nothing else.", valueName: "file"),
        completion: .file())
    var dot: String?

    @Flag(name: .customLong("no-fusion"), help: "Take the graphs as they are written.")
    var noFusion = false

    @Argument(help: ArgumentHelp("A graph or a model directory.", valueName: "model"), completion: .file())
    var model: String

    func validate() throws {
        if json && dot == "-" {
            throw ValidationError("--json and --dot - would both be written to standard output.")
        }
    }

    func run() throws {
        MappedFileFaults.install()
        do {
            let plan = try OutputPlan(
                file: dot == "-" ? nil : dot, directory: nil, inputs: [model], suffix: "dot")
            let (report, graphs) = try ModelInspector(fusion: !noFusion).inspect(model)
            if dot != nil {
                let text = graphs.map { DOTDocument($0.graph, name: $0.inspection.name).text }.joined()
                guard case .file(let url) = plan else { return try StandardOutput.write(text) }
                try OutputPlan.write(text, to: url)
            }
            try StandardOutput.write(json ? report.jsonLine() + "\n" : InspectionText(report).text)
        } catch {
            Terminal(quiet: false).error("\(error)")
            if json, error is TranscriptionError {
                try StandardOutput.write(FailureRecord(model, error).line())
            }
            throw ExitStatus(error).exit
        }
    }
}
