import Tokenization

/// `tokenizer.json`, and texts of at most 200 bytes that it is asked to encode.
///
/// What follows a line `#text` is the text; without one it is fixed.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzTokenizer(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
    let bytes = Array(UnsafeBufferPointer(start: start, count: count))
    let marker = Array("\n#text\n".utf8)
    var (json, text) = (
        bytes, Array("Hello  world's 42 \n é 中文 <|im_end|>aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!".utf8)
    )
    if let range = bytes.firstRange(of: marker) {
        json = Array(bytes[..<range.lowerBound])
        text = Array(bytes[range.upperBound...].prefix(200))
    }
    guard let tokenizer = try? Tokenizer(json: json, file: "tokenizer.json") else { return 0 }
    for recognition in [AddedTokenRecognition.all, .none] {
        guard let ids = try? tokenizer.encode(String(decoding: text, as: UTF8.self), recognizing: recognition)
        else { continue }
        precondition(ids.allSatisfy { (0..<tokenizer.vocabularySize).contains($0) })
        _ = tokenizer.decode(ids)
        _ = tokenizer.decode(ids, skipSpecialTokens: true)
        var stream = TokenStreamDecoder(tokenizer)
        for id in ids { _ = stream.push(id) }
        _ = stream.finish()
    }
    return 0
}
