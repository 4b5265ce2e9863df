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
        let escaped = pattern.replacingOccurrences(of: "\\", with: "\\\\")
        let step =
            #"{"type": "Split", "pattern": {"Regex": "\#(escaped)"}, "behavior": "Isolated", "invert": false}, "#
        let json = try TokenizerFixture.json().replacingOccurrences(
            of: #""pretokenizers": ["#, with: #""pretokenizers": ["# + step)
        #expect {
            try Tokenizer(json: utf8(json), file: "tokenizer.json")
        } throws: { error in
            guard case .unsupportedPattern(_, let field, pattern, _) = error as? TokenizerError else {
                return false
            }
            return field == "pre_tokenizer.pretokenizers[0].pattern.Regex"
        }
    }
}
