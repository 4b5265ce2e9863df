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
    package init(
        audioTokenCount: Int, context: String, language: Language?, tokenizer: Tokenizer,
        special: ModelConfiguration.SpecialTokens
    ) {
        func plain(_ text: String) -> [Int] { tokenizer.encode(text, recognizing: .none) }
        var ids = [special.imStartTokenId] + plain("system\n" + context)
        ids += [special.imEndTokenId] + plain("\n")
        ids += [special.imStartTokenId] + plain("user\n") + [special.audioStartTokenId]
        audioOffset = ids.count
        ids += [Int](repeating: special.audioPadTokenId, count: audioTokenCount)
        ids += [special.audioEndTokenId, special.imEndTokenId] + plain("\n")
        ids += [special.imStartTokenId] + plain("assistant\n")
        if let language {
            ids += plain("language \(language.name)") + [special.asrTextTokenId]
        }
        self.ids = ids
    }
}
