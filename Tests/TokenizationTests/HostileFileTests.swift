import Foundation
import TestSupport
import Testing
import Tokenization

/// Files that contradict themselves or ask for what is not supported give the error that says so.
struct HostileFileTests {
    /// One change to a good file, and what it must lead to.
    struct Change: CustomTestStringConvertible, Sendable {
        let old: String
        let new: String
        let error: TokenizerError

        var testDescription: String { "\(new.prefix(60)) in place of \(old.prefix(60))" }

        init(_ old: String, _ new: String, _ error: TokenizerError) {
            (self.old, self.new, self.error) = (old, new, error)
        }
    }

    static let file = "tokenizer.json"
    static let ids = "model.vocab or added_tokens"
    static let size = 305

    static let changes: [Change] = [
        // Ids and tokens
        Change(
            #""!": 0"#, #""!": -1"#,
            .idOutOfRange(file: file, field: ids, token: "!", id: -1, vocabularySize: size)),
        Change(
            #""!": 0"#, #""!": 305"#,
            .idOutOfRange(file: file, field: ids, token: "!", id: 305, vocabularySize: size)),
        Change(
            #""!": 0"#, #""!": 9223372036854775807"#,
            .idOutOfRange(file: file, field: ids, token: "!", id: .max, vocabularySize: size)),
        Change(
            #""!": 0"#, #""!": 9223372036854775808"#,
            .wrongType(
                file: file, field: #"model.vocab["!"]"#, expected: "an integer",
                found: "the number 9223372036854775808")),
        Change(
            #""!": 0"#, #""!": 1"#, .duplicateID(file: file, field: ids, token: "\"", otherToken: "!", id: 1)),
        Change(
            #""!": 0"#, #""!": 0.0"#,
            .wrongType(
                file: file, field: #"model.vocab["!"]"#, expected: "an integer", found: "the number 0.0")),
        Change(
            #""!": 0"#, #""!": "0""#,
            .wrongType(
                file: file, field: #"model.vocab["!"]"#, expected: "an integer", found: #"the string "0""#)),
        Change(#""!": 0"#, #""\"": 0"#, .duplicateToken(file: file, field: "model.vocab", token: "\"")),
        Change(
            #""!": 0"#, #""!!": 0"#, .missingByte(file: file, field: "model.vocab", byte: 0x21, token: "!")),
        Change(
            #""vocab": {"#, #""vocab": {}, "x": {"#,
            .unsupported(file: file, field: "model.x", value: "an object")),
        Change(
            #""vocab": {"#, #""vocab": [], "x": {"#,
            .wrongType(file: file, field: "model.vocab", expected: "an object", found: "an array")),

        // Merges
        Change(
            #"["h", "e"]"#, #"["h", "中"]"#,
            .unknownMergeToken(file: file, field: "model.merges[0]", token: "中")),
        Change(
            #"["h", "e"]"#, #"["h", "h"]"#,
            .unknownMergeToken(file: file, field: "model.merges[0]", token: "hh")),
        Change(
            #"["h", "e"]"#, #""h e l""#,
            .malformedMerge(file: file, field: "model.merges[0]", value: #"the string "h e l""#)),
        Change(
            #"["h", "e"]"#, #"["h"]"#,
            .malformedMerge(file: file, field: "model.merges[0]", value: "an array")),
        Change(
            #"["h", "e"]"#, #"["h", "e", "l"]"#,
            .malformedMerge(file: file, field: "model.merges[0]", value: "an array")),
        Change(
            #"["h", "e"]"#, #"["h", 1]"#,
            .malformedMerge(file: file, field: "model.merges[0]", value: "an array")),
        Change(#"["h", "e"]"#, "null", .malformedMerge(file: file, field: "model.merges[0]", value: "null")),
        Change(
            #""merges": [["#, #""merges": "h e", "x": [["#,
            .wrongType(file: file, field: "model.merges", expected: "an array", found: #"the string "h e""#)),

        // Model options
        Change(
            #""dropout": null"#, #""dropout": 0.1"#,
            .unsupported(file: file, field: "model.dropout", value: "the number 0.1")),
        Change(
            #""byte_fallback": false"#, #""byte_fallback": true"#,
            .unsupported(file: file, field: "model.byte_fallback", value: "true")),
        Change(
            #""end_of_word_suffix": null"#, #""end_of_word_suffix": "</w>""#,
            .unsupported(file: file, field: "model.end_of_word_suffix", value: #"the string "</w>""#)),
        Change(
            #""ignore_merges": false"#, #""ignore_merges": 1"#,
            .wrongType(
                file: file, field: "model.ignore_merges", expected: "true or false", found: "the number 1")),
        Change(
            #""type": "BPE""#, #""type": "Unigram""#,
            .unsupported(file: file, field: "model.type", value: #"the string "Unigram""#)),
        Change(#""type": "BPE", "#, "", .missingField(file: file, field: "model.type")),

        // Added tokens
        Change(
            #"{"content": "<|im_start|>""#, #"{"content": "<|im_end|>""#,
            .duplicateToken(file: file, field: "added_tokens[1]", token: "<|im_end|>")),
        Change(
            #"{"content": "<|im_start|>""#, #"{"content": "hello""#,
            .conflictingID(
                file: file, field: "added_tokens[0].id", token: "hello", id: 301, vocabularyID: 259)),
        Change(
            #"{"content": "<|im_start|>""#, #"{"content": """#,
            .unsupported(file: file, field: "added_tokens[0].content", value: "empty")),
        Change(
            #""special": true, "id": 301"#, #""special": true, "id": 1"#,
            .duplicateID(file: file, field: ids, token: "<|im_start|>", otherToken: "\"", id: 1)),
        Change(
            #""special": true, "id": 301"#, #""special": null, "id": 301"#,
            .wrongType(file: file, field: "added_tokens[0].special", expected: "true or false", found: "null")
        ),
        Change(
            #""special": true, "id": 301"#, #""id": 301"#,
            .missingField(file: file, field: "added_tokens[0].special")),

        // The steps
        Change(
            #"{"type": "NFC"}"#, #"{"type": "NFKC"}"#,
            .unsupported(file: file, field: "normalizer.type", value: #"the string "NFKC""#)),
        Change(
            #"{"type": "NFC"}"#,
            #"{"type": "Sequence", "normalizers": [{"type": "NFC"}, {"type": "Lowercase"}]}"#,
            .unsupported(
                file: file, field: "normalizer.normalizers[1].type", value: #"the string "Lowercase""#)),
        Change(
            #""behavior": "Isolated""#, #""behavior": "Merged""#,
            .unsupported(
                file: file, field: "pre_tokenizer.pretokenizers[0].behavior", value: #"the string "Merged""#)),
        Change(
            #"{"type": "Split""#, #"{"type": "Digits""#,
            .unsupported(
                file: file, field: "pre_tokenizer.pretokenizers[0].type",
                value: #""Digits" before the last step"#)),
        Change(
            #""trim_offsets": true, "use_regex": false}]"#, #""trim_offsets": true, "use_regex": 0}]"#,
            .wrongType(
                file: file, field: "pre_tokenizer.pretokenizers[1].use_regex", expected: "true or false",
                found: "the number 0")),
        Change(
            #""post_processor": null"#, #""post_processor": {"type": "TemplateProcessing"}"#,
            .unsupported(file: file, field: "post_processor.type", value: #"the string "TemplateProcessing""#)
        ),
        Change(
            #""decoder": {"type": "ByteLevel""#, #""decoder": {"type": "WordPiece""#,
            .unsupported(file: file, field: "decoder.type", value: #"the string "WordPiece""#)),
        Change(
            #""truncation": null"#, #""truncation": {"max_length": 5}"#,
            .unsupported(file: file, field: "truncation", value: "an object")),
        Change(
            #""version": "1.0""#, #""version": "2.0""#,
            .unsupported(file: file, field: "version", value: #"the string "2.0""#)),
        Change(
            #""version": "1.0""#, #""extra": {}"#,
            .unsupported(file: file, field: "extra", value: "an object")),
        Change(#""version": "1.0", "#, "", .missingField(file: file, field: "version")),
    ]

    @Test(arguments: changes)
    func change(_ change: Change) throws {
        let json = try TokenizerFixture.json()
        let start = try #require(json.range(of: change.old), "the fixture lacks \(change.old)")
        let error = #expect(throws: TokenizerError.self) {
            try Tokenizer(json: utf8(json.replacingCharacters(in: start, with: change.new)), file: Self.file)
        }
        #expect(error == change.error)
        #expect(error?.description.hasPrefix("tokenizer.json: ") == true)
    }
}
