import TestSupport
import Testing
import Tokenization

/// Streams give what decoding everything at once gives.
struct DecodingTests {
    @Test(arguments: TokenizerFixture.names)
    func streamOfEveryPrefix(_ name: String) throws {
        let tokenizer = try TokenizerFixture.tokenizer(name)
        for encoding in try TokenizerFixture.encodings(name) {
            for length in 0...encoding.ids.count {
                let ids = encoding.ids.prefix(length)
                #expect(streamed(ids, tokenizer) == utf8(tokenizer.decode(ids)))
            }
            let visible = utf8(tokenizer.decode(encoding.ids, skipSpecialTokens: true))
            #expect(streamed(encoding.ids, tokenizer, skipSpecialTokens: true) == visible)
        }
    }

    /// All sequences of bytes from the borders of what UTF-8 allows.
    @Test func streamOfInvalidText() throws {
        let tokenizer = try TokenizerFixture.tokenizer("qwen2")
        let borders: [UInt8] = [
            0x41, 0x7F, 0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBF, 0xC0, 0xC2, 0xE0, 0xED, 0xEF, 0xF0, 0xF4, 0xF5,
            0xFF,
        ]
        let tokens = try borders.map { try token(of: $0, tokenizer) }
        for code in 0..<borders.count * borders.count * borders.count {
            let digits = [
                code % borders.count, code / borders.count % borders.count,
                code / (borders.count * borders.count),
            ]
            let whole = utf8(String(decoding: digits.map { borders[$0] }, as: UTF8.self))
            let ids = digits.map { tokens[$0] }
            #expect(utf8(tokenizer.decode(ids)) == whole)
            #expect(streamed(ids, tokenizer) == whole)
        }
    }

    @Test func textIsHeldBackUntilItIsComplete() throws {
        let tokenizer = try TokenizerFixture.tokenizer("qwen2")
        var decoder = TokenStreamDecoder(tokenizer)
        let ids = try [0xF0, 0x9F, 0x91, 0x8D, 0xE4].map { try token(of: $0, tokenizer) }
        #expect(ids.map { decoder.push($0) } == ["", "", "", "👍", ""])
        #expect(decoder.finish() == "\u{FFFD}")
        #expect(decoder.finish() == "")
    }

    @Test(arguments: [-1, 1 << 40, .min, .max])
    func idsWithoutTokenStandForNothing(_ id: Int) throws {
        let tokenizer = try TokenizerFixture.tokenizer("qwen2")
        let ids = try tokenizer.encode("hello")
        #expect(tokenizer.decode([id] + ids + [id, tokenizer.vocabularySize]) == "hello")
        #expect(streamed([id] + ids, tokenizer) == utf8("hello"))
    }

    @Test func specialTokens() throws {
        let tokenizer = try TokenizerFixture.tokenizer("qwen2")
        let ids = try tokenizer.encode("<|im_start|>hello<pad><|im_end|>")
        #expect(tokenizer.decode(ids) == "<|im_start|>hello<pad><|im_end|>")
        #expect(tokenizer.decode(ids, skipSpecialTokens: true) == "hello<pad>")
    }

    /// The token of one byte: the id it gets where no text can be invalid is that of its place in the alphabet.
    private func token(of byte: UInt8, _ tokenizer: Tokenizer) throws -> Int {
        let visible = (0x21...0x7E).contains(byte) || (0xA1...0xAC).contains(byte) || byte >= 0xAE
        let hidden = UInt32(
            (0..<byte).count { !((0x21...0x7E).contains($0) || (0xA1...0xAC).contains($0) || $0 >= 0xAE) })
        let scalar = try #require(Unicode.Scalar(visible ? UInt32(byte) : 0x100 + hidden))
        return try #require(tokenizer.id(of: String(scalar)))
    }
}
