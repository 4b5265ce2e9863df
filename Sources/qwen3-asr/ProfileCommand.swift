import ArgumentParser
import Foundation
import Profiling
import Tensors
import Transcription

struct ProfileCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "profile",
        abstract: "Tell where the time of a transcription goes.",
        discussion: """
            Transcribes AUDIO once to warm up and then several times, and reports stages, operators or nodes with \
            their arithmetic, memory traffic and how close they come to what this machine can do. The machine's \
            limits are measured in about a second and kept until it is started anew. With --compare two reports \
            written with --json are compared; differences count that chance alone hardly makes.

            Exits with 1 if --fail-above finds something slower.

            Examples:
              qwen3-asr profile --model qwen3-asr-1.7b-onnx speech.wav
              qwen3-asr profile --stage decode --by node --top 10 speech.wav
              qwen3-asr profile --repeat 5 --json new.json speech.wav
              qwen3-asr profile --html page.html --trace run.trace.json speech.wav
              qwen3-asr profile --compare old.json new.json --fail-above 5
              qwen3-asr profile --compare --html page.html one.json other.json
              qwen3-asr profile --limits
            """)

    @OptionGroup var model: ModelOption

    @Option(help: "Weights to use: auto takes int4 where the model has it.")
    var variant = Variant.auto

    @OptionGroup var engine: EngineOptions

    @OptionGroup var decoding: DecodingOptions

    @Option(name: .customLong("repeat"), help: ArgumentHelp("Runs that are measured.", valueName: "n"))
    var repeats = 3

    @Option(help: "What is put together in the rows of the table.")
    var by = Grouping.op

    @Option(help: ArgumentHelp("List the rows of one stage: encode, prefill, decode, …", valueName: "name"))
    var stage: String?

    @Option(help: ArgumentHelp("Rows to list at most.", valueName: "n"))
    var top = 20

    @Option(
        help: ArgumentHelp(
            "Write the profile as JSON; - for standard output, and nothing else there.", valueName: "file"),
        completion: .file())
    var json: String?

    @Option(
        help: ArgumentHelp(
            "Write a page for browsers with charts and all numbers; with --compare of both profiles.",
            valueName: "file"),
        completion: .file())
    var html: String?

    @Option(
        help: ArgumentHelp(
            "Write what happened when in the last run, in the format of chrome://tracing and Perfetto.",
            valueName: "file"),
        completion: .file())
    var trace: String?

    @Flag(help: "Compare two profiles written with --json.")
    var compare = false

    @Option(
        help: ArgumentHelp(
            "With --compare: fail if something became slower by more than this.", valueName: "percent"))
    var failAbove: Double?

    @Flag(help: "Only measure the limits of this machine.")
    var limits = false

    @Flag(
        help: ArgumentHelp(
            "Print as JSON the seconds of decoding steps, recorded and not recorded in turn.",
            visibility: .hidden))
    var recordingCost = false

    @Argument(
        help: ArgumentHelp("A recording; with --compare two profiles.", valueName: "audio"),
        completion: .file())
    var inputs: [String] = []

    /// Names that `--stage` knows.
    private static let stages = ["audio", "mel", "encode", "prefill", "decode", "text"]

    func validate() throws {
        if recordingCost && (limits || compare) {
            throw ValidationError("--recording-cost needs a recording.")
        }
        if limits && compare { throw ValidationError("--limits and --compare exclude each other.") }
        let wanted = limits ? 0 : compare ? 2 : 1
        guard inputs.count == wanted else {
            throw ValidationError(
                limits
                    ? "--limits takes no recording."
                    : compare ? "--compare takes two profiles." : "Name one recording.")
        }
        if inputs == ["-"] && !compare {
            throw ValidationError("Standard input (-) can be read once only: name a file.")
        }
        if compare && json != nil { throw ValidationError("--compare writes no profile.") }
        if trace != nil && (compare || limits) { throw ValidationError("--trace needs a recording.") }
        if html != nil && limits { throw ValidationError("--limits writes no page.") }
        if html == "-" || trace == "-" { throw ValidationError("--html and --trace need names of files.") }
        let files = [json, html, trace].compactMap { $0 }
        if Set(files).count < files.count { throw ValidationError("Two outputs have the same name.") }
        if failAbove != nil && !compare { throw ValidationError("--fail-above needs --compare.") }
        if let failAbove, !(failAbove >= 0) { throw ValidationError("--fail-above must be at least 0.") }
        if !(1...10_000).contains(repeats) { throw ValidationError("--repeat must be 1 to 10000.") }
        if top < 1 { throw ValidationError("--top must be at least 1.") }
        if let stage, !Self.stages.contains(stage) {
            throw ValidationError("Unknown stage \(stage). Known: \(Self.stages.joined(separator: ", ")).")
        }
    }

    func run() async throws {
        MappedFileFaults.install()
        let terminal = Terminal(quiet: false)
        let interruption = Interruption()
        do {
            if compare {
                try compareProfiles()
            } else if limits {
                try reportLimits()
            } else {
                try await profile(terminal, interruption)
            }
        } catch is CancellationError {
            terminal.clearProgress()
            interruption.leave()
        } catch let exit as ExitCode {
            throw exit
        } catch {
            terminal.error("\(error)")
            throw ExitStatus(error).exit
        }
    }

    private func profile(_ terminal: Terminal, _ interruption: Interruption) async throws {
        // All places are looked at before the work.
        let plan = try plan(json == "-" ? nil : json)
        let (page, events) = (try self.plan(html), try self.plan(trace))
        let (url, isPocketModel) = model.directory
        if isPocketModel {
            terminal.note(
                "no --model given: using the bundled pocket model, which knows spoken English digits only")
        }
        let job = ProfileJob(
            model: url, options: engine.transcriberOptions(variant),
            transcription: decoding.transcriptionOptions, input: inputs[0],
            repeats: repeats, detail: trace == nil ? .totals : .timeline, terminal: terminal)
        if recordingCost {
            let cost = try await interruption.cancelling { try await job.recordingCost() }
            return try StandardOutput.write(cost.json())
        }
        let profile = try await interruption.cancelling { try await job.run() }
        if case .file(let url) = plan { try OutputPlan.write(ProfileFile.text(profile), to: url) }
        if case .file(let url) = page { try OutputPlan.write(ProfilePage(profile).text, to: url) }
        if case .file(let url) = events, let document = TraceDocument(profile) {
            try OutputPlan.write(document.text, to: url)
        }
        if json == "-" {
            try StandardOutput.write(ProfileFile.text(profile))
        } else {
            try StandardOutput.write(ProfileText(profile, by: by, stage: stage, top: top).text)
        }
    }

    private func plan(_ file: String?) throws -> OutputPlan {
        try OutputPlan(file: file, directory: nil, inputs: inputs, suffix: "")
    }

    private func compareProfiles() throws {
        let page = try plan(html)
        let (before, after) = (try ProfileFile.read(inputs[0]), try ProfileFile.read(inputs[1]))
        if failAbove != nil && min(before.repeats, after.repeats) < 2 {
            throw ProfilingError.setting(
                "--fail-above needs profiles of at least two runs (--repeat): one cannot be told from chance")
        }
        let comparison = Comparison(before, after, by: by, stage: stage)
        try StandardOutput.write(
            ComparisonText(comparison, names: (inputs[0], inputs[1]), by: by, top: top).text)
        if case .file(let url) = page {
            let (first, second) = Self.shortNames(before, after, files: inputs)
            let document = ComparisonPage(before, named: first, after, named: second)
            try OutputPlan.write(document.text, to: url)
        }
        if let failAbove, !comparison.slower(than: failAbove / 100).isEmpty {
            throw ExitStatus.someInputsFailed.exit
        }
    }

    /// What a page calls two profiles: their engines, or their files if these are the same.
    private static func shortNames(
        _ before: Profile, _ after: Profile, files: [String]
    ) -> (String, String) {
        if before.engine.name != after.engine.name { return (before.engine.name, after.engine.name) }
        let names = files.map { URL(filePath: $0).deletingPathExtension().lastPathComponent }
        return (names[0], names[1])
    }

    private func reportLimits() throws {
        let machine = try MachineReport(engine.transcriberOptions(variant))
        if let json, json != "-" {
            let plan = try OutputPlan(file: json, directory: nil, inputs: [], suffix: "json")
            if case .file(let url) = plan { try OutputPlan.write(machine.json(), to: url) }
        }
        try StandardOutput.write(json == "-" ? machine.json() : machine.text)
    }
}
