import Foundation
import Kernels
import Profiling
import Threading
import Transcription

/// One recording transcribed again and again, and what was measured put together.
struct ProfileJob: Sendable {
    let model: URL
    let options: Transcriber.Options
    let transcription: TranscriptionOptions
    let input: String
    /// Runs after the one that warms up.
    let repeats: Int
    let terminal: Terminal

    /// - Throws: ``TranscriptionError``.
    func run() async throws -> Profile {
        let transcriber = try await Transcriber(modelDirectory: model, options: options)
        var transcription = transcription
        transcription.profile = .totals
        var profiles: [Profile] = []
        for number in 0...repeats {
            terminal.progress(number == 0 ? "warming up" : "run \(number) of \(repeats)")
            let transcript = try await transcriber.transcribe(
                .file(URL(filePath: input)), options: transcription)
            if number == 0 { for warning in transcript.warnings { terminal.note(warning) } }
            if number > 0, let profile = transcript.profile { profiles.append(profile) }
        }
        terminal.clearProgress()
        guard var profile = Profile.merging(profiles) else {
            throw CommandFailure(status: .internalError, description: "nothing was recorded")
        }
        // Last, because it takes memory that is not the transcription's.
        profile.machine.limits = try MachineReport.cachedLimits(options)
        return profile
    }
}

/// What a machine can do with the instruction set and threads of some options.
struct MachineReport {
    private let instructionSet: InstructionSet
    private let threads: Int
    private let limits: Profile.Limits

    /// Measures, and keeps the result for profiles.
    init(_ options: Transcriber.Options) throws(CommandFailure) {
        (instructionSet, threads) = try Self.settings(options)
        limits = Self.measure(instructionSet, threads)
    }

    /// Those of the cache; measured if there are none.
    static func cachedLimits(_ options: Transcriber.Options) throws(CommandFailure) -> Profile.Limits {
        let (instructionSet, threads) = try settings(options)
        return LimitCache().limits(instructionSet: instructionSet.rawValue, threads: threads)
            ?? measure(instructionSet, threads)
    }

    private static func settings(
        _ options: Transcriber.Options
    ) throws(CommandFailure) -> (InstructionSet, threads: Int) {
        let set = InstructionSet(rawValue: options.instructionSet.rawValue) ?? InstructionSet.supported[0]
        guard set.isSupported else {
            throw CommandFailure(status: .usage, description: "this processor has no \(set.rawValue)")
        }
        return (set, options.threads ?? ProcessInfo.processInfo.activeProcessorCount)
    }

    private static func measure(_ instructionSet: InstructionSet, _ threads: Int) -> Profile.Limits {
        let pool = ThreadPool(threads: threads)
        let limits = LimitMeasurement(KernelTable(instructionSet), on: pool).measure()
        LimitCache().store(limits, instructionSet: instructionSet.rawValue, threads: threads)
        return limits
    }

    var text: String {
        "\(instructionSet.rawValue), \(threads == 1 ? "1 thread" : "\(threads) threads"): "
            + ProfileText.text(limits) + "\n"
    }

    private struct Record: Encodable {
        let instructionSet: String
        let threads: Int
        let limits: Profile.Limits

        enum CodingKeys: String, CodingKey {
            case instructionSet = "instruction_set"
            case threads, limits
        }
    }

    /// One JSON object on one line.
    func json() throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys]
        let record = Record(instructionSet: instructionSet.rawValue, threads: threads, limits: limits)
        return String(decoding: try encoder.encode(record), as: UTF8.self) + "\n"
    }
}
