import Audio
import Foundation
import TestSupport
import Testing
import Tokenization
import Transcription

/// Greedy tokens of whole model directories, recorded with ONNX Runtime.
@Suite struct GreedyReferenceTests {
    struct Reference: Decodable {
        struct Case: Decodable {
            let samples: Int
            let audioTokens: Int
            let promptIds: [Int]?
            let tokens: [Int]
            let top2Margin: [Double]
        }

        let audio: String
        let cases: [String: Case]
    }

    /// A margin between the two best logits below which int8 roundings, or the order of sums, may decide.
    private func tie(_ variant: Variant) -> Double { variant == .int4 ? 0.2 : 0.01 }

    @Test(arguments: ["toy", "toy-fused", "toy-torchscript"])
    func fixture(name: String) async throws {
        try await check(
            Fixtures.directory.appending(path: name), recordings: Fixtures.directory.appending(path: "speech")
        )
    }

    @Test(.enabled(if: Fixtures.hasReferenceData), arguments: ["mini", "mini-fused"])
    func reference(name: String) async throws {
        let data = try #require(Fixtures.referenceData)
        try await check(
            data.appending(path: "reference/\(name)"), recordings: data.appending(path: "speech"))
    }

    private func check(_ directory: URL, recordings: URL) async throws {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        let reference = try decoder.decode(
            Reference.self, from: Data(contentsOf: directory.appending(path: "reference/greedy.json")))
        let configuration = try ModelConfiguration(file: directory.appending(path: "config.json"))
        let samples = try samples(recordings.appending(path: reference.audio))
        var compared = 0
        for variant in [Variant.fp32, .int4] {
            let cases = reference.cases.filter { $0.key.hasSuffix(".\(variant.rawValue)") }
            guard !cases.isEmpty else { continue }
            for fusion in [true, false] {
                var loading = Transcriber.Options()
                loading.variant = variant
                loading.threads = 2
                loading.fusion = fusion
                let transcriber = try await Transcriber(modelDirectory: directory, options: loading)
                for (name, expected) in cases {
                    var options = TranscriptionOptions()
                    options.maxNewTokens = expected.tokens.count
                    options.stopsRepetition = false
                    let transcript = try await transcriber.transcribe(
                        .samples(Array(samples.prefix(expected.samples))), options: options)
                    let certain =
                        expected.top2Margin.firstIndex { $0 < tie(variant) }
                        ?? expected.tokens.count
                    #expect(
                        transcript.segments[0].tokens.prefix(certain) == expected.tokens.prefix(certain),
                        "\(name)")
                    compared += certain
                }
            }
            for expected in cases.values where expected.promptIds != nil {
                let tokenizer = try Tokenizer(
                    contentsOf: directory.appending(path: "tokenizer.json").path)
                let prompt = try Prompt(
                    audioTokenCount: expected.audioTokens, context: "", language: nil,
                    tokenizer: tokenizer, special: configuration.specialTokens)
                #expect(prompt.ids == expected.promptIds)
            }
        }
        #expect(compared > 0)
    }

    /// All samples of a recording of at most one piece.
    private func samples(_ file: URL) throws -> [Float] {
        var pieces = try Recording(path: file.path).pieces()
        return try #require(try pieces.next()).samples
    }
}
