public import Foundation
internal import Tokenization

/// The tokenizer of a model directory on its own.
public struct TextTokenizer: Sendable {
    private let tokenizer: Tokenizer

    /// Reads `tokenizer.json` of a model directory.
    ///
    /// - Throws: ``TranscriptionError``.
    public init(modelDirectory: URL) throws(TranscriptionError) {
        let file = modelDirectory.appending(path: "tokenizer.json")
        guard FileManager.default.fileExists(atPath: file.path) else {
            throw .missing("\(file.path): no such file")
        }
        do {
            tokenizer = try Tokenizer(contentsOf: file.path)
        } catch {
            throw .model("\(error)")
        }
    }

    /// Ids of a text; special tokens are recognised where they are spelled out.
    ///
    /// - Throws: ``TranscriptionError/model(_:)`` if a pattern of the tokenizer takes unreasonably long.
    public func encode(_ text: String) throws(TranscriptionError) -> [Int] {
        do {
            return try tokenizer.encode(text)
        } catch {
            throw .model("tokenizer.json: \(error)")
        }
    }

    /// The text of ids.
    public func decode(_ ids: [Int], skippingSpecialTokens: Bool = false) -> String {
        tokenizer.decode(ids, skipSpecialTokens: skippingSpecialTokens)
    }
}
