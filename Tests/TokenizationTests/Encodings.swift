import Foundation
import TestSupport
import Tokenization

/// What the reference makes of a text, or of ids that no text has.
struct Encoding: Decodable {
    var text: String?
    var ids: [Int]
    var idsSpecialAsText: [Int]?
    var decoded: String
    var decodedSkipSpecial: String?

    /// The lines of a file of objects.
    static func read(_ url: URL) throws -> [Encoding] {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        return try Data(contentsOf: url).split(separator: UInt8(ascii: "\n")).map {
            try decoder.decode(Encoding.self, from: $0)
        }
    }
}

/// The files that `tools/tokenizer-fixtures.py` writes.
enum TokenizerFixture {
    static let names = ["qwen2", "gpt2", "cl100k-words", "previous", "removed"]

    static func url(_ name: String) -> URL {
        Fixtures.directory.appending(path: "tokenizer").appending(path: name)
    }

    static func tokenizer(_ name: String) throws -> Tokenizer {
        try Tokenizer(contentsOf: url("\(name).tokenizer.json").path)
    }

    static func encodings(_ name: String) throws -> [Encoding] {
        try Encoding.read(url("\(name).encodings.jsonl"))
    }

    /// The text of the tokenizer that most resembles the published one.
    static func json() throws -> String {
        try String(contentsOf: url("qwen2.tokenizer.json"), encoding: .utf8)
    }
}

/// The UTF-8 of a text. Strings that are canonically equivalent are equal, these are not.
func utf8(_ text: String) -> [UInt8] { Array(text.utf8) }

/// What a stream makes of `ids`, one by one.
func streamed(_ ids: some Sequence<Int>, _ tokenizer: Tokenizer, skipSpecialTokens: Bool = false) -> [UInt8] {
    var decoder = TokenStreamDecoder(tokenizer, skipSpecialTokens: skipSpecialTokens)
    return ids.flatMap { utf8(decoder.push($0)) } + utf8(decoder.finish())
}
