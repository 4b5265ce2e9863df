/// A byte-level BPE tokenizer, as a `tokenizer.json` of Hugging Face tokenizers describes it.
///
/// Ids and texts are exactly those of that library. What a file asks for and this type does not do is an error
/// when the file is loaded, so that no text is ever approximated.
package struct Tokenizer: Sendable {
    let vocabulary: Vocabulary

    /// The number of tokens that are in the vocabulary proper. They were inserted before the added ones.
    let modelTokenCount: Int

    /// What an added token that is looked for in normalized text is decoded to, where that is not its content.
    let normalizedContents: [Int: [UInt8]]

    /// The tokens that are left out when special tokens are.
    let specialIDs: Set<Int>
    let steps: Steps

    /// The steps from text to ids.
    struct Steps: Sendable {
        /// Finds the added tokens that are not normalized in a text, then the normalized ones in what remains.
        let rawTokens: AddedTokenFinder
        let normalizesToNFC: Bool
        let normalizedTokens: AddedTokenFinder
        let preTokenizer: PreTokenizer
        let merger: PairMerger

        /// Whether a word that is in the vocabulary is a token, whatever the merges make of it.
        let ignoresMerges: Bool
    }

    /// The number of tokens, added ones included. Ids are the numbers below it.
    package var vocabularySize: Int { vocabulary.count }

    /// The id of the token that the file spells `token`, or nil if there is none.
    ///
    /// An added token is spelled as text. Others are spelled in the byte-level alphabet, where `Ġ` is a space.
    package func id(of token: String) -> Int? {
        vocabulary.id(of: Array(token.utf8).span)
    }
}

// MARK: Encoding

extension Tokenizer {
    /// The ids of the tokens that `text` consists of.
    ///
    /// - Throws: ``TextEncodingError`` if the file's patterns take far longer than those of published tokenizers.
    /// - Complexity: O(*n* log *n*) in the length of the text.
    package func encode(
        _ text: String, recognizing recognition: AddedTokenRecognition = .all
    ) throws(TextEncodingError) -> [Int] {
        let text = Array(text.utf8)
        var merger = steps.merger
        var ids: [Int] = []
        for section in steps.rawTokens.sections(of: text, in: 0..<text.count, recognizing: recognition) {
            switch section {
            case .token(let id): ids.append(id)
            case .text(let range):
                let part = Array(text[range])
                let normalized = steps.normalizesToNFC ? CanonicalComposition.compose(part) : part
                try append(normalized, recognizing: recognition, with: &merger, to: &ids)
            }
        }
        return ids
    }

    /// Appends the ids of a text that is normalized and free of tokens to be found before normalization.
    private func append(
        _ text: [UInt8], recognizing recognition: AddedTokenRecognition, with merger: inout PairMerger,
        to ids: inout [Int]
    ) throws(TextEncodingError) {
        for section in steps.normalizedTokens.sections(of: text, in: 0..<text.count, recognizing: recognition)
        {
            switch section {
            case .token(let id): ids.append(id)
            case .text(let range):
                for word in try steps.preTokenizer.words(of: text, in: range) {
                    if steps.ignoresMerges, let id = id(ofWord: word) {
                        ids.append(id)
                    } else {
                        merger.append(wordIn: word.text, word.range, to: &ids)
                    }
                }
            }
        }
    }

    private func id(ofWord word: PreTokenizer.Word) -> Int? {
        let spelling = ByteAlphabet.spelling(of: word.text[word.range])
        return vocabulary.id(of: spelling.span, amongFirst: modelTokenCount)
    }
}

// MARK: Decoding

extension Tokenizer {
    /// The text that `ids` stand for.
    ///
    /// What is not valid UTF-8 becomes U+FFFD. Ids that no token has stand for nothing, as in the reference: the
    /// output of a model may be wider than its vocabulary.
    ///
    /// - Parameter skipSpecialTokens: Whether special tokens stand for nothing.
    package func decode(_ ids: some Sequence<Int>, skipSpecialTokens: Bool = false) -> String {
        var bytes: [UInt8] = []
        for id in ids { append(bytesOf: id, skipSpecialTokens: skipSpecialTokens, to: &bytes) }
        return String(decoding: bytes, as: UTF8.self)
    }

    func append(bytesOf id: Int, skipSpecialTokens: Bool, to bytes: inout [UInt8]) {
        guard let token = vocabulary.token(id), !(skipSpecialTokens && specialIDs.contains(id)) else {
            return
        }
        ByteAlphabet.append(bytesOf: normalizedContents[id]?[...] ?? token, to: &bytes)
    }
}
