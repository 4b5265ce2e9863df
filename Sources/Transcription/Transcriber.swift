internal import Audio
public import Foundation
internal import Kernels
internal import PocketModel
internal import Runtime
internal import Synchronization
internal import Threading

/// Transcribes speech with a Qwen3-ASR model.
///
///     let transcriber = try await Transcriber(modelDirectory: URL(filePath: "qwen3-asr-0.6b-onnx"))
///     let transcript = try await transcriber.transcribe(.file(URL(filePath: "meeting.flac")))
///     print(transcript.text)
///
/// A transcriber is loaded once and may be used by several tasks; they share its threads.
public final class Transcriber: Sendable {
    /// How a model is loaded and run.
    public struct Options: Sendable {
        /// Instruction set of the kernels.
        public enum InstructionSet: String, Sendable, CaseIterable {
            /// The fastest that the processor has.
            case auto
            /// AVX-512 with VNNI.
            case avx512
            /// AVX2 with FMA.
            case avx2
            /// What every processor of the architecture has.
            case portable
        }

        /// Weights to use.
        public var variant = Variant.auto
        /// Threads to compute with; nil for as many as the process may use.
        public var threads: Int?
        /// Kernels to use.
        public var instructionSet = InstructionSet.auto
        /// Whether graphs are rewritten into equivalent, faster ones; without, they run as they are written.
        public var fusion = true

        /// The defaults.
        public init() {}
    }

    private let model: SpeechModel
    private let pool: ThreadPool
    private let instructionSet: InstructionSet
    private let fusion: Bool
    /// What the latest profile was recorded into.
    private let spareRoom = Mutex<RecordingRoom?>(nil)
    /// Seconds that loading took.
    public let loadTime: Double

    /// Loads a model directory: graphs, weights (mapped, not read), tokenizer and configuration.
    ///
    /// - Throws: ``TranscriptionError``.
    public init(modelDirectory: URL, options: Options = Options()) async throws {
        let start = ContinuousClock.now
        let directory = try ModelDirectory(modelDirectory, variant: options.variant)
        let threads = options.threads ?? ProcessInfo.processInfo.activeProcessorCount
        guard (1...1_024).contains(threads) else {
            throw TranscriptionError.setting("\(threads) threads: must be 1 to 1024")
        }
        let kernels = try Self.kernels(options.instructionSet)
        pool = ThreadPool(threads: threads)
        instructionSet = kernels.instructionSet
        fusion = options.fusion
        model = try await SpeechModel.load(
            directory, options: Session.Options(pool: pool, kernels: kernels, fusion: fusion))
        loadTime = start.duration(to: .now).seconds
    }

    /// Loads the small model that comes with the package; it knows spoken English digits.
    ///
    /// - Throws: ``TranscriptionError``.
    public static func pocket(options: Options = Options()) async throws -> Transcriber {
        try await Transcriber(modelDirectory: pocketModelDirectory, options: options)
    }

    /// The directory of the small model that comes with the package.
    public static var pocketModelDirectory: URL { PocketModel.directory }

    /// The weights in use: `fp32` or `int4`.
    public var variant: Variant { model.directory.variant }

    /// Gives the memory that weights take up back to the system, on all threads. The next transcription finds them
    /// in the file cache, or reads them.
    ///
    /// For programs that do not transcribe for a while, and for those that end: the system itself gives up a process's
    /// pages on one thread.
    public func releaseWeights() {
        model.releaseWeights(on: pool)
    }

    private var defaultSegmentSeconds: Double {
        model.directory.url == PocketModel.directory
            ? PocketModel.segmentSeconds : PieceLimit.standard.seconds
    }

    private static func kernels(_ choice: Options.InstructionSet) throws(TranscriptionError) -> KernelTable {
        guard let set = InstructionSet(rawValue: choice.rawValue) else { return .best }
        guard set.isSupported else {
            throw .setting(
                "this processor has no \(choice.rawValue), only "
                    + InstructionSet.supported.map(\.rawValue).joined(separator: ", "))
        }
        return KernelTable(set)
    }
}

// MARK: Transcribing

extension Transcriber {
    /// Transcribes a recording.
    ///
    /// - Throws: ``TranscriptionError``, or `CancellationError` if the task is cancelled.
    public func transcribe(
        _ input: AudioInput, options: TranscriptionOptions = TranscriptionOptions()
    ) async throws -> Transcript {
        for try await event in events(input, options: options) {
            if case .finished(let transcript) = event { return transcript }
        }
        throw CancellationError()
    }

    /// Tokens, segments and at last the transcript, as they come to be. Ending the iteration or cancelling
    /// its task stops the work.
    public func events(
        _ input: AudioInput, options: TranscriptionOptions = TranscriptionOptions()
    ) -> AsyncThrowingStream<TranscriptionEvent, any Error> {
        let (stream, continuation) = AsyncThrowingStream.makeStream(of: TranscriptionEvent.self)
        let work = Task { [self] in
            do {
                let transcript = try run(input, options) { continuation.yield($0) }
                continuation.yield(.finished(transcript))
                continuation.finish()
            } catch {
                continuation.finish(throwing: error)
            }
        }
        continuation.onTermination = { _ in work.cancel() }
        return stream
    }

    private func run(
        _ input: AudioInput, _ options: TranscriptionOptions, emit: (TranscriptionEvent) -> Void
    ) throws -> Transcript {
        let segmentSeconds = options.segmentSeconds ?? defaultSegmentSeconds
        guard let limit = PieceLimit(seconds: segmentSeconds) else {
            throw TranscriptionError.setting("segments of \(segmentSeconds) s: must be 1 to 1200")
        }
        guard options.maxNewTokens ?? 1 > 0 else {
            throw TranscriptionError.setting("the token budget must be at least 1")
        }
        let start = ContinuousClock.now
        let recorder = recorder(options.profile)
        let clock = StageClock(loadTime: loadTime, recorder: recorder)
        let recording = try clock.stage(.audio) {
            try clock.part("opening the recording") { try input.open(pieceLimit: limit) }
        }
        var pieces = try recording.pieces()
        var segments: [Segment] = []
        while let piece = try clock.stage(.audio, { try clock.part("samples") { try pieces.next() } }) {
            emit(
                .segmentStarted(
                    start: piece.startSeconds, end: piece.endSeconds, duration: recording.duration))
            let segment = try SegmentTranscription(
                model: model, options: options, piece: piece, clock: clock
            ).run(emit: emit)
            segments.append(segment)
            emit(.segmentFinished(segment))
        }
        clock.finish(total: start.duration(to: .now).seconds)
        let transcript = Transcript(
            duration: recording.duration, segments: segments, timing: clock.timing,
            warnings: recording.warnings.map(\.description))
        guard let recorder else { return transcript }
        let profile = recorder.profile(of: subject(input, transcript))
        let room = recorder.runs.takeRoom()
        spareRoom.withLock { $0 = room }
        return transcript.with(profile)
    }
}

// MARK: Profiles

extension Transcriber {
    private func recorder(_ detail: ProfileDetail) -> ProfileRecorder? {
        guard detail != .none else { return nil }
        let longestRun = max(model.encoder.stepCount, model.decoder.stepCount)
        let room =
            spareRoom.withLock { $0.take() }
            ?? RecordingRoom(threads: pool.threadCount, capacity: max(1 << 14, 4 * longestRun))
        return ProfileRecorder(room, threads: pool.threadCount, keepsEvents: detail == .timeline)
    }

    private func subject(_ input: AudioInput, _ transcript: Transcript) -> ProfileRecorder.Subject {
        ProfileRecorder.Subject(
            engine: Profile.Engine(
                name: "qwen3-asr", version: engineVersion, instructionSet: instructionSet.rawValue,
                threads: pool.threadCount, fusion: fusion),
            model: Profile.Model(path: model.directory.url.path, variant: variant.rawValue),
            audio: Profile.Audio(path: input.name, duration: transcript.duration), text: transcript.text,
            loadTime: loadTime)
    }
}

extension Transcript {
    /// Joins the texts of segments: by a space, except after languages that are written without.
    package init(duration: Double, segments: [Segment], timing: Timing, warnings: [String]) {
        var text = ""
        var languages: [String] = []
        for segment in segments {
            let separatesWords = Language(segment.language)?.separatesWords ?? true
            if !text.isEmpty && !segment.text.isEmpty && separatesWords { text += " " }
            text += segment.text
            if !segment.language.isEmpty && languages.last != segment.language {
                languages.append(segment.language)
            }
        }
        self.init(
            duration: duration, language: languages.joined(separator: ","), text: text, segments: segments,
            timing: timing, warnings: warnings, profile: nil)
    }

    fileprivate func with(_ profile: Profile) -> Transcript {
        Transcript(
            duration: duration, language: language, text: text, segments: segments, timing: timing,
            warnings: warnings, profile: profile)
    }
}
