package import Audio
package import Foundation
internal import Operators
package import Runtime
package import Tensors
internal import Threading
internal import Tokenization

/// The stages of the pipeline one by one, for those who compare them with something.
package struct PipelineProbe: Sendable {
    /// What a position of the decoder leaves; see ``TextDecoder/State``.
    package struct State: Sendable {
        fileprivate let state: TextDecoder.State

        /// `[vocabulary]`.
        package var logits: Tensor { state.logits }
        /// `[layers, 1, key-value heads, positions, head dimension]`.
        package var keys: Tensor { state.memory.keys(positions: state.positions) }
        package var values: Tensor { state.memory.values(positions: state.positions) }
    }

    private let model: SpeechModel

    /// - Throws: ``TranscriptionError``.
    package init(modelDirectory: URL, variant: Variant, options: Session.Options) async throws {
        model = try await SpeechModel.load(
            ModelDirectory(modelDirectory, variant: variant), options: options)
    }

    /// Audio features `[1, N, hidden]`.
    package func encode(_ mel: LogMelSpectrogram) throws -> Tensor {
        try model.encoder.encode(mel)
    }

    /// The prompt without context and language.
    package func prompt(audioTokenCount: Int) throws -> Prompt {
        try Prompt(
            audioTokenCount: audioTokenCount, context: "", language: nil, tokenizer: model.tokenizer,
            special: model.configuration.specialTokens)
    }

    /// Token embeddings `[1, count, hidden]`.
    package func embeddings(_ ids: [Int]) -> Tensor {
        model.embeddings.rows(ids)
    }

    package func prefill(_ prompt: Prompt, audioFeatures: Tensor) throws -> State {
        State(state: try model.decoder.prefill(prompt, audioFeatures: audioFeatures, budget: 0))
    }

    package func step(_ token: Int, after state: State) throws -> State {
        State(state: try model.decoder.step(token, after: state.state))
    }
}

extension TextDecoder.Memory {
    fileprivate func keys(positions: Int) -> Tensor {
        switch self {
        case .cache(let cache):
            Tensor.stacked(cache.keys(positions: positions, on: ThreadPool(threads: 1)))
        case .tensors(let keys, _): keys
        }
    }

    fileprivate func values(positions: Int) -> Tensor {
        switch self {
        case .cache(let cache):
            Tensor.stacked(cache.values(positions: positions, on: ThreadPool(threads: 1)))
        case .tensors(_, let values): values
        }
    }
}

extension Tensor {
    /// Float32 tensors of one shape along a new first axis.
    fileprivate static func stacked(_ parts: [Tensor]) -> Tensor {
        let shape = Shape([parts.count] + (parts.first?.shape.dimensions ?? []))
        return .build(Float.self, shape) { output in
            for (index, part) in parts.enumerated() {
                output.copy(part.contiguous().span(Float.self), at: index * part.elementCount)
            }
        }
    }
}

extension Prompt {
    /// The prompt without its last tokens, which must come after the audio.
    package func dropping(last count: Int) -> Prompt {
        Prompt(ids: Array(ids.dropLast(count)), audioOffset: audioOffset)
    }

    private init(ids: [Int], audioOffset: Int) {
        self.ids = ids
        self.audioOffset = audioOffset
    }
}
