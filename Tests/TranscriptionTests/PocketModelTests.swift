import Audio
import Foundation
import TestSupport
import Testing
import Transcription

/// The bundled model, through the public library.
@Suite struct PocketModelTests {
    private let speech = Fixtures.directory.appending(path: "speech")
    private let text = "four two seven"

    private func transcriber(_ variant: Variant = .auto) async throws -> Transcriber {
        var options = Transcriber.Options()
        options.variant = variant
        options.threads = 2
        return try await .pocket(options: options)
    }

    @Test(arguments: ["wav", "flac", "ogg", "opus", "mp3"], [Variant.fp32, .int4])
    func formats(suffix: String, variant: Variant) async throws {
        let transcript = try await transcriber(variant)
            .transcribe(.file(speech.appending(path: "four-two-seven.\(suffix)")))
        #expect(transcript.text == text)
        #expect(transcript.language == "English")
        #expect(transcript.segments.map(\.finishReason) == [.eos])
    }

    @Test func weightsComeBack() async throws {
        let transcriber = try await transcriber()
        for _ in 0..<2 {
            transcriber.releaseWeights()
            let transcript =
                try await transcriber
                .transcribe(.file(speech.appending(path: "four-two-seven.wav")))
            #expect(transcript.text == text)
        }
    }

    @Test(arguments: [8_000, 44_100, 48_000], WaveBytes.Coding.allCases)
    func codings(rate: Int, coding: WaveBytes.Coding) async throws {
        let bytes = WaveBytes(coding: coding, rate: rate, channelCount: 2)
            .file(resampled(try samples(), to: rate))
        let file = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString + ".wav")
        try Data(bytes).write(to: file)
        defer { try? FileManager.default.removeItem(at: file) }
        #expect(try await transcriber().transcribe(.file(file)).text == text)
    }

    @Test(arguments: [1_000, 16_000, 160_000], [Float(0), 0.001, 0.1])
    func silenceAndNoiseGiveNoText(count: Int, level: Float) async throws {
        var state: UInt32 = 7
        let noise = (0..<count).map { _ in
            state = state &* 1_664_525 &+ 1_013_904_223
            return (Float(state >> 8) / 8_388_608 - 1) * level
        }
        let transcript = try await transcriber().transcribe(.samples(noise))
        #expect(transcript.text == "")
        #expect(transcript.language == "")
        #expect(transcript.duration == Double(count) / 16_000)
    }

    @Test func eventsTellTheStory() async throws {
        var kinds: [String] = []
        var streamed = ""
        for try await event in try await transcriber().events(.samples(try samples())) {
            switch event {
            case .segmentStarted: kinds.append("started")
            case .token(let token):
                if kinds.last != "token" { kinds.append("token") }
                streamed += token.text
                #expect(token.logProbability <= 0)
            case .segmentFinished(let segment):
                kinds.append("segment")
                #expect(segment.text == text)
            case .finished(let transcript):
                kinds.append("finished")
                #expect(transcript.text == text)
            }
        }
        #expect(kinds == ["started", "token", "segment", "finished"])
        #expect(streamed == text)
    }

    @Test func longRecordingsAreTranscribedInPieces() async throws {
        let samples = try samples()
        var options = TranscriptionOptions()
        options.segmentSeconds = 4
        let pause = [Float](repeating: 0, count: 24_000)
        let transcript = try await transcriber()
            .transcribe(
                .samples(Array([[Float]](repeating: samples + pause, count: 4).joined())), options: options)
        #expect(transcript.segments.count > 2)
        #expect(transcript.text == [String](repeating: text, count: 4).joined(separator: " "))
        for (segment, next) in zip(transcript.segments, transcript.segments.dropFirst()) {
            #expect(segment.end == next.start)
        }
    }

    @Test func cancellationEndsTheWork() async throws {
        let transcriber = try await transcriber()
        let task = Task {
            try await transcriber.transcribe(.samples([Float](repeating: 0.01, count: 16_000 * 600)))
        }
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
    }

    @Test func severalTasksShareATranscriber() async throws {
        let transcriber = try await transcriber()
        let samples = try samples()
        let texts = try await withThrowingTaskGroup(of: String.self) { group in
            for _ in 0..<4 {
                group.addTask { try await transcriber.transcribe(.samples(samples)).text }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(texts == [String](repeating: text, count: 4))
    }

    @Test func forcedLanguageIsReported() async throws {
        var options = TranscriptionOptions()
        options.language = Language("en")
        let transcript = try await transcriber().transcribe(.samples(try samples()), options: options)
        #expect(transcript.language == "English")
        #expect(transcript.text == text)
    }

    @Test func badSettingsAreRefused() async throws {
        var options = TranscriptionOptions()
        options.segmentSeconds = 0.5
        let transcriber = try await transcriber()
        await #expect(throws: TranscriptionError.self) {
            try await transcriber.transcribe(.samples([0]), options: options)
        }
    }

    private func samples() throws -> [Float] {
        var pieces = try Recording(path: speech.appending(path: "four-two-seven.wav").path).pieces()
        return try #require(try pieces.next()).samples
    }

    /// By straight lines between the samples: crude, but speech all the same.
    private func resampled(_ samples: [Float], to rate: Int) -> [Float] {
        let step = 16_000 / Double(rate)
        return (0..<Int(Double(samples.count - 1) / step)).map { index in
            let position = Double(index) * step
            let left = Int(position)
            let weight = Float(position - Double(left))
            return samples[left] * (1 - weight) + samples[left + 1] * weight
        }
    }
}
