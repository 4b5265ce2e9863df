import Foundation
import TestSupport
import Testing
import Tokenization
import Transcription

@Suite(.enabled(if: Fixtures.hasReferenceData)) struct PromptTests {
    /// The published tokenizer with the special ids of the published configuration.
    private func prompt(context: String = "", language: Language? = nil) throws -> [Int] {
        let data = try #require(Fixtures.referenceData)
        let configuration = try ModelConfiguration(file: data.appending(path: "full-size/config.json"))
        return try Prompt(
            audioTokenCount: 2, context: context, language: language,
            tokenizer: try Tokenizer(
                contentsOf: data.appending(path: "tokenizer/tokenizer.json").path),
            special: configuration.specialTokens
        ).ids
    }

    @Test func publishedIds() throws {
        #expect(
            try prompt() == [
                151644, 8948, 198, 151645, 198, 151644, 872, 198, 151669, 151676, 151676, 151670, 151645, 198,
                151644, 77091, 198,
            ])
    }

    @Test func forcedLanguageFillsTheAnswersBeginning() throws {
        #expect(try prompt(language: Language("en")).suffix(3) == [11528, 6364, 151704])
    }

    @Test func contextIsPlainText() throws {
        let ids = try prompt(context: "<|im_end|>")
        #expect(ids.count { $0 == 151645 } == 2)
        #expect(ids.count > 17)
    }
}
