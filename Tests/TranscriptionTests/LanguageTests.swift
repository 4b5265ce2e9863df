import Testing
import Transcription

@Suite struct LanguageTests {
    @Test func thirtyLanguagesWithDistinctCodes() {
        #expect(Language.all.count == 30)
        #expect(Set(Language.all.map(\.code)).count == 30)
    }

    @Test(arguments: ["German", "german", "GERMAN", "de", "DE"])
    func namesAndCodesInAnyCase(text: String) {
        #expect(Language(text)?.name == "German")
    }

    @Test(arguments: ["", "Klingon", "xx", "None"])
    func unknownLanguages(text: String) {
        #expect(Language(text) == nil)
    }

    @Test(arguments: [
        ("language English", "English"), ("language english", "English"), ("language None", ""),
        ("language", ""), ("", ""), ("nonsense", ""), ("language Klingon", "Klingon"),
        ("\nlanguage German\n", "German"),
    ])
    func preambleOfTheOutput(preamble: String, language: String) {
        #expect(OutputParser.language(in: preamble) == language)
    }

    @Test func segmentsAreJoinedByTheirScript() {
        func segment(_ text: String, _ language: String) -> Segment {
            Segment(
                start: 0, end: 1, text: text, language: language, tokens: [], finishReason: .eos,
                averageLogProbability: 0)
        }
        func joined(_ segments: Segment...) -> Transcript {
            Transcript(duration: 1, segments: segments, timing: Timing(), warnings: [])
        }
        #expect(joined(segment("one", "English"), segment("two", "English")).text == "one two")
        #expect(joined(segment("一", "Chinese"), segment("二", "Chinese")).text == "一二")
        #expect(joined(segment("one", "English"), segment("", ""), segment("two", "")).text == "one two")
        #expect(joined(segment("one", "English"), segment("zwei", "German")).language == "English,German")
    }
}
