import Foundation
import TestSupport
import Testing
import Tokenization

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// What is not a file, or not JSON.
struct MalformedFileTests {
    // MARK: Not JSON

    @Test(arguments: [
        "", " ", "{", "[]", "null", "{}x", "{,}", #"{"a"}"#, #"{"a" 1}"#, #"{"a": 1,}"#, #"{"a": 1 "b": 2}"#,
        #"{"a": [1,]}"#,
        #"{"a": 01}"#, #"{"a": 1.}"#, #"{"a": .5}"#, #"{"a": 1e}"#, #"{"a": -}"#, #"{"a": +1}"#,
        #"{"a": NaN}"#, #"{"a": tru}"#,
        #"{"a": "\x"}"#, #"{"a": "\u12"}"#, #"{"a": "\ud800"}"#, #"{"a": "\ud800\u0041"}"#,
        #"{"a": "\udc00"}"#, "{\"a\": \"\n\"}",
        #"{"a": "b"#, #"{"a": "\"#, #"{"a": 'b'}"#, "{\"a\": /* */ 1}", "\u{FEFF}{}",
        #"{"version": "1.0", "version": "1.0"}"#,
        #"{"padding": 1, "padding": 1}"#, #"{"model": {"type": "BPE", "type": "BPE"}}"#,
        #"{"normalizer": {"type": 1, "type": 2}}"#,
    ])
    func notJSON(_ text: String) {
        expectInvalidJSON(utf8(text))
    }

    @Test(
        arguments: [
            [0x80], [0xFF], [0xC0, 0xAF], [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80], [0xE4, 0xB8],
        ] as [[UInt8]])
    func notUTF8(_ bytes: [UInt8]) {
        expectInvalidJSON(utf8(#"{"version": ""#) + bytes + utf8(#""}"#))
        expectInvalidJSON(utf8(#"{"model": {"vocab": {""#) + bytes + utf8(#"": 0}}}"#))
        expectInvalidJSON(bytes)
    }

    @Test(arguments: ["[", #"{"a":"#])
    func nestedTooDeeply(_ opening: String) {
        expectInvalidJSON(utf8(#"{"normalizer": "# + String(repeating: opening, count: 100_000)))
    }

    /// Wherever the file is cut off, that is an error.
    @Test func truncated() throws {
        let json = utf8(try TokenizerFixture.json().trimmingCharacters(in: .whitespacesAndNewlines))
        for length in 0..<json.count { expectInvalidJSON(Array(json.prefix(length))) }
    }

    /// Whatever byte is changed, loading ends with a tokenizer or an error.
    @Test func corrupted() throws {
        let json = utf8(try TokenizerFixture.json())
        for index in json.indices {
            let bytes = [json[index] ^ 1, json[index] ^ 0x80, UInt8(ascii: "\""), UInt8(ascii: "9")]
            var json = json
            json[index] = bytes[index % bytes.count]
            if let tokenizer = try? Tokenizer(json: json, file: "tokenizer.json") {
                _ = tokenizer.decode(try tokenizer.encode("hello <|im_end|>"))
            }
        }
    }

    private func expectInvalidJSON(_ bytes: [UInt8], _ location: SourceLocation = #_sourceLocation) {
        #expect(sourceLocation: location) {
            try Tokenizer(json: bytes, file: "tokenizer.json")
        } throws: { error in
            if case .invalidJSON("tokenizer.json", _, _) = error as? TokenizerError { true } else { false }
        }
    }

    // MARK: Equivalent spellings

    /// Escapes, the order of members and the older form of merges make no difference.
    @Test func otherSpellings() throws {
        let json = try TokenizerFixture.json()
        let expected = try TokenizerFixture.tokenizer("qwen2").encode("hello world, 中文 <pad>")
        let vocab = try #require(json.range(of: #""vocab": {"#))
        let merges = try #require(json.range(of: #", "merges": "#))
        let end = try #require(json.range(of: "}}", options: .backwards))
        let mergesValue = String(json[merges.upperBound..<end.lowerBound])
        let vocabMember = String(json[vocab.lowerBound..<merges.lowerBound])
        let reversed = "\(json[..<vocab.lowerBound])\"merges\": \(mergesValue), \(vocabMember)}}"
        let spellings = [
            json.replacingOccurrences(of: "\"he\"", with: #""\u0068\u0065""#),
            json.replacingOccurrences(of: #"["h", "e"]"#, with: #""h e""#),
            json.replacingOccurrences(of: #"["h", "e"]"#, with: ##""#version: 0.2", ["h", "e"]"##),
            json.replacingOccurrences(of: "\"Ġw\"", with: #""\u0120w""#),
            json.replacingOccurrences(of: ", ", with: "\t,\r\n"),
            reversed,
        ]
        for spelling in spellings {
            #expect(try Tokenizer(json: utf8(spelling), file: "").encode("hello world, 中文 <pad>") == expected)
        }
    }

    // MARK: Not a file

    @Test func missing() {
        let file = "/nonexistent/tokenizer.json"
        #expect(throws: TokenizerError.unreadable(file: file, reason: "No such file or directory")) {
            try Tokenizer(contentsOf: file)
        }
    }

    @Test func pathWithNUL() {
        #expect(throws: TokenizerError.unreadable(file: "a\0b", reason: "the path contains NUL")) {
            try Tokenizer(contentsOf: "a\0b")
        }
    }

    @Test(.timeLimit(.minutes(1))) func notRegular() throws {
        let directory = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: directory) }
        let pipe = directory.appending(path: "pipe").path
        #expect(mkfifo(pipe, 0o600) == 0)
        for path in [directory.path, pipe, "/dev/zero"] {
            #expect(throws: TokenizerError.notRegularFile(file: path)) { try Tokenizer(contentsOf: path) }
        }
    }
}
