import Foundation
import TestSupport
import Testing
import Transcription

/// Damaged model directories in the library: an error that says what is wrong, and the process goes on.
@Suite struct HostileModelTests {
    private static let recording = Fixtures.directory.appending(path: "speech/four-two-seven.wav")

    /// Loads and transcribes a little; the weights of the toy model know no speech.
    private func run(_ model: ModelCopy) async throws -> Transcript {
        var options = Transcriber.Options()
        options.threads = 1
        let transcriber = try await Transcriber(modelDirectory: model.url, options: options)
        var transcription = TranscriptionOptions()
        transcription.maxNewTokens = 2
        return try await transcriber.transcribe(.file(Self.recording), options: transcription)
    }

    @Test(arguments: HostileModel.all)
    func refused(_ hostile: HostileModel) async throws {
        let model = try ModelCopy()
        try hostile.corrupt(model)
        let error = await #expect(throws: TranscriptionError.self) { _ = try await run(model) }
        switch error {
        case .model(let message) where hostile.status == 78, .missing(let message) where hostile.status == 66:
            for fragment in hostile.fragments {
                #expect(message.contains(fragment), "\(message)")
            }
        default: Issue.record("\(String(describing: error))")
        }
    }

    // MARK: What is odd, but no harm

    @Test func untouchedCopyRuns() async throws {
        #expect(try await run(ModelCopy()).segments.count == 1)
    }

    @Test func nodesInAnyOrderAreSorted() async throws {
        let expected = try await run(ModelCopy())
        let model = try ModelCopy()
        for name in ["encoder.onnx", "decoder_init.onnx", "decoder_step.onnx"] {
            try model.editGraph(name) {
                $0.reverse(1)
                return true
            }
        }
        let transcript = try await run(model)
        #expect(transcript.segments.map(\.tokens) == expected.segments.map(\.tokens))
    }

    @Test func huggingFaceCacheLoads() async throws {
        let model = try ModelCopy()
        for name in ModelCopy.files {
            try model.move(name, to: "../blobs/\(name.utf8.count)-\(name.hashValue)")
            try model.link(name, to: "../blobs/\(name.utf8.count)-\(name.hashValue)")
        }
        #expect(try await run(model).segments.count == 1)
    }

    /// The numbers of a node, a few bytes, ask for 32 GiB. Nothing needs the result, so that it is not computed
    /// at load, nor does it take memory that the machine may not have.
    @Test(.enabled(if: !Fixtures.isSanitized))
    func constantsThatUnpackToGigabytes() async throws {
        await #expect(processExitsWith: .success) {
            let model = try ModelCopy()
            try model.appendRange(to: 1 << 32)
            var limit = rlimit(rlim_cur: 8 << 30, rlim_max: 8 << 30)
            try #require(setrlimit(__rlimit_resource_t(RLIMIT_DATA.rawValue), &limit) == 0)
            var options = Transcriber.Options()
            options.threads = 1
            _ = try await Transcriber(modelDirectory: model.url, options: options)
        }
    }
}
