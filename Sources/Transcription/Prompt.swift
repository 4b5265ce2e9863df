package import Tokenization

/// The conversation that Qwen3-ASR is prompted with, as token ids.
///
///     <|im_start|>system\n{context}<|im_end|>\n
///     <|im_start|>user\n<|audio_start|><|audio_pad|>×N<|audio_end|><|im_end|>\n
///     <|im_start|>assistant\n[language English<asr_text>]
package struct Prompt: Sendable, Equatable {
    package let ids: [Int]
    /// Position of the first `<|audio_pad|>`, which the audio features replace.
    package let audioOffset: Int

    /// - Parameters:
    ///   - audioTokenCount: rows of the encoder's output.
    ///   - context: words that help recognition; never read as special tokens.
    ///   - language: forces the language of the answer.
    /// - Throws: ``TranscriptionError/model(_:)`` if the tokenizer cannot encode a text.
    package init(
        audioTokenCount: Int, context: String, language: Language?, tokenizer: Tokenizer,
        special: ModelConfiguration.SpecialTokens
    ) throws(TranscriptionError) {
        func plain(_ text: String) throws(TranscriptionError) -> [Int] {
            do {
                return try tokenizer.encode(text, recognizing: .none)
            } catch {
                throw .model("tokenizer.json: \(error)")
            }
        }
        var ids = [special.imStartTokenId]
        ids += try plain("system\n" + context)
        ids.append(special.imEndTokenId)
        ids += try plain("\n")
        ids.append(special.imStartTokenId)
        ids += try plain("user\n")
        ids.append(special.audioStartTokenId)
        audioOffset = ids.count
        ids += [Int](repeating: special.audioPadTokenId, count: audioTokenCount)
        ids += [special.audioEndTokenId, special.imEndTokenId]
        ids += try plain("\n")
        ids.append(special.imStartTokenId)
        ids += try plain("assistant\n")
        if let language {
            ids += try plain("language \(language.name)")
            ids.append(special.asrTextTokenId)
        }
        self.ids = ids
    }
}
