import Foundation
import TestSupport
import Testing
import Tokenization

/// Split patterns that are not understood are refused.
struct PatternTests {
    /// What a general engine would accept, but perhaps with another meaning than the reference.
    @Test(arguments: [
        "(", ")", "a)", "(?:a", "[", "[]", "[^]", "[a", "[b-a]", "a**", "a{2}{3}", "*", "a{", "a{,2}",
        "a{3,2}", "a{9999}",
        "^a", "a$", "a.", "(?<n>a)", "(?<=a)b", "(?m:a)", "\\w", "\\b", "\\1", "\\p", "\\p{", "\\p{Xx}",
        "\\p{Letter}", "\\x41",
        "a*?", "a++", "[[:alpha:]]", "[a&&b]", "(?i:ss)", "(?i:é)", "(?i:[a-z])", "(?i:\\p{L})", "(?:a?)*",
        "(?:)+", "\\",
        String(repeating: "(", count: 100_000), "(?:(?:(?:a{500}){500}){500}){500}",
    ])
    func unsupportedPattern(_ pattern: String) throws {
        #expect {
            try tokenizer(pattern)
        } throws: { error in
            guard case .unsupportedPattern(_, let field, pattern, _) = error as? TokenizerError else {
                return false
            }
            return field == "pre_tokenizer.pretokenizers[0].pattern.Regex"
        }
    }

    /// A tokenizer that splits by `pattern` first.
    private func tokenizer(_ pattern: String) throws -> Tokenizer {
        let escaped = pattern.replacingOccurrences(of: "\\", with: "\\\\")
        let step =
            #"{"type": "Split", "pattern": {"Regex": "\#(escaped)"}, "behavior": "Isolated", "invert": false}, "#
        let json = try TokenizerFixture.json().replacingOccurrences(
            of: #""pretokenizers": ["#, with: #""pretokenizers": ["# + step)
        return try Tokenizer(json: utf8(json), file: "tokenizer.json")
    }

    /// Matching stops with an error where the time would be exponential in the text, or a high power of it.
    @Test(arguments: [
        "(?:a+)+b", "(?:a|aa)+b", "(?=(?:a+)+b)a", "a+a+a+a+a+a+b", "(?:[ab]+(?:a{1,3})+)+c",
    ])
    func stepLimit(_ pattern: String) throws {
        let tokenizer = try tokenizer(pattern)
        #expect(try tokenizer.decode(tokenizer.encode("aab")) == "aab")
        let text = String(repeating: "a", count: 1_000)
        let error = #expect(throws: TextEncodingError.self) { try tokenizer.encode(text) }
        #expect(error == .patternTakesTooLong(steps: 2_000_000, byteCount: 1_000))
    }
}
