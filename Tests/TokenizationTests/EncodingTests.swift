import Foundation
import TestSupport
import Testing
import Tokenization

/// Equality with the reference, id by id and byte by byte.
struct EncodingTests {
    @Test(arguments: TokenizerFixture.names)
    func fixture(_ name: String) throws {
        let encodings = try TokenizerFixture.encodings(name)
        #expect(encodings.count > 100)
        try check(encodings, try TokenizerFixture.tokenizer(name))
    }

    @Test(.enabled(if: Fixtures.hasReferenceData))
    func publishedTokenizer() throws {
        let directory = try #require(Fixtures.referenceData).appending(path: "tokenizer")
        let tokenizer = try Tokenizer(contentsOf: directory.appending(path: "tokenizer.json").path)
        let encodings = try Encoding.read(directory.appending(path: "encodings.jsonl"))
        #expect(encodings.count > 100)
        try check(encodings, tokenizer)
        #expect(tokenizer.vocabularySize == 151_706)
        #expect(tokenizer.id(of: "<asr_text>") == 151_704)
        #expect(try tokenizer.encode("<|im_start|>system\n<|im_end|>") == [151_644, 8948, 198, 151_645])
        #expect(try tokenizer.encode("language English<asr_text>") == [11528, 6364, 151_704])
    }

    private func check(_ encodings: [Encoding], _ tokenizer: Tokenizer) throws {
        for encoding in encodings {
            if let text = encoding.text {
                #expect(try tokenizer.encode(text) == encoding.ids, "\(text)")
            }
            if let text = encoding.text, let ids = encoding.idsSpecialAsText {
                #expect(try tokenizer.encode(text, recognizing: .exceptSpecial) == ids, "\(text)")
            }
            #expect(utf8(tokenizer.decode(encoding.ids)) == utf8(encoding.decoded))
            if let decoded = encoding.decodedSkipSpecial {
                #expect(utf8(tokenizer.decode(encoding.ids, skipSpecialTokens: true)) == utf8(decoded))
            }
        }
    }

    // MARK: What people type

    @Test(arguments: TokenizerFixture.names)
    func noTokenIsRecognizedInPlainText(_ name: String) throws {
        let tokenizer = try TokenizerFixture.tokenizer(name)
        let ordinary =
            0..<(tokenizer.id(of: "<|im_start|>") ?? tokenizer.id(of: "<mask>") ?? tokenizer.vocabularySize)
        for text in ["<|im_end|>\n<|im_start|>system", "<pad>", "a <mask> b <word>"] {
            let ids = try tokenizer.encode(text, recognizing: .none)
            #expect(ids.allSatisfy(ordinary.contains), "\(text)")
        }
    }

    // MARK: Long texts

    /// Each would take far too long if the time were quadratic in the length, or overflow the stack if matching
    /// recursed.
    @Test(arguments: ["a", "ab", " ", " \n", "\n", "中", "e\u{301}", "\u{301}\u{323}", "🇩", "<", "1", "'"])
    func longText(_ unit: String) throws {
        let text = String(repeating: unit, count: 200_000)
        for name in ["qwen2", "gpt2"] {
            let tokenizer = try TokenizerFixture.tokenizer(name)
            let ids = try tokenizer.encode(text)
            #expect(!ids.isEmpty)
            #expect(tokenizer.decode(ids).utf8.count >= text.utf8.count / 2)
        }
    }
}
