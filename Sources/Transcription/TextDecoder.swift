internal import Foundation
internal import ONNXFormat
internal import Runtime
internal import Tensors

/// Audio features and prompt to logits, then token by token: `decoder_init.onnx` and `decoder_step.onnx`.
struct TextDecoder: Sendable {
    /// What one token leaves for the next: the logits that choose it, and the keys and values of all before.
    struct State: Sendable {
        /// `[vocabulary]`, of the last position.
        let logits: Tensor
        /// `[layers, 1, key-value heads, positions, head dimension]`.
        let keys: Tensor
        let values: Tensor

        var positions: Int { keys.shape[3] }
    }

    private let prefill: Session
    private let step: Session
    private let embeddings: EmbeddingTable
    private let configuration: ModelConfiguration.Decoder
    /// Older exports leave mixing of token embeddings and audio features to the caller.
    private let prefillTakesEmbeddings: Bool

    /// - Throws: ``TranscriptionError/model(_:)`` if a graph is not that of a decoder, or contradicts the
    ///   configuration.
    init(
        prefill: Session, step: Session, _ configuration: ModelConfiguration, embeddings: EmbeddingTable,
        _ directory: ModelDirectory
    ) throws(TranscriptionError) {
        self.prefill = prefill
        self.step = step
        self.embeddings = embeddings
        self.configuration = configuration.decoder
        prefillTakesEmbeddings = prefill.inputs.contains { $0.name == "input_embeds" }
        let decoder = configuration.decoder
        let hidden = GraphCheck.Size.configured(decoder.hiddenSize, "decoder.hidden_size")
        let cache = [
            GraphCheck.Size.configured(decoder.numLayers, "decoder.num_layers"), .any,
            .configured(decoder.numKeyValueHeads, "decoder.num_key_value_heads"), .any,
            .configured(decoder.headDim, "decoder.head_dim"),
        ]

        let initCheck = GraphCheck(prefill, file: directory.graph(.decoderInit).path)
        if prefillTakesEmbeddings {
            try initCheck.input("input_embeds", .float32, [.any, .any, hidden])
            try initCheck.noInputs(but: ["input_embeds", "position_ids"])
        } else {
            try initCheck.input("input_ids", .int64, [.any, .any])
            try initCheck.input("audio_features", .float32, [.any, .any, hidden])
            try initCheck.input("audio_offset", .int64, [.exactly(1)])
            try initCheck.noInputs(but: ["input_ids", "position_ids", "audio_features", "audio_offset"])
        }
        let stepCheck = GraphCheck(step, file: directory.graph(.decoderStep).path)
        try stepCheck.input("input_embeds", .float32, [.any, .exactly(1), hidden])
        for name in ["past_keys", "past_values"] { try stepCheck.input(name, .float32, cache) }
        try stepCheck.noInputs(but: ["input_embeds", "position_ids", "past_keys", "past_values"])
        for check in [initCheck, stepCheck] {
            try check.input("position_ids", .int64, [.any, .any])
            try check.output(
                "logits", [.any, .any, .configured(decoder.vocabSize, "decoder.vocab_size")])
            for name in ["present_keys", "present_values"] { try check.output(name, cache) }
        }
    }

    /// Reads the whole prompt.
    ///
    /// - Parameter audioFeatures: `[1, N, hidden]`.
    func prefill(_ prompt: Prompt, audioFeatures: Tensor) throws -> State {
        let count = prompt.ids.count
        var inputs = ["position_ids": Tensor((0..<count).map { Int64($0) }, shape: [1, count])]
        if prefillTakesEmbeddings {
            inputs["input_embeds"] = mixed(prompt, audioFeatures)
        } else {
            inputs["input_ids"] = Tensor(prompt.ids.map { Int64($0) }, shape: [1, count])
            inputs["audio_features"] = audioFeatures
            inputs["audio_offset"] = Tensor([Int64(prompt.audioOffset)])
        }
        return try state(prefill.runReporting(inputs, part: "decoder_init"))
    }

    /// Reads one more token.
    func step(_ token: Int, after state: State) throws -> State {
        try self.state(
            step.runReporting(
                [
                    "input_embeds": embeddings.rows([token]),
                    "position_ids": Tensor([Int64(state.positions)], shape: [1, 1]),
                    "past_keys": state.keys, "past_values": state.values,
                ], part: "decoder_step"))
    }

    private func state(_ outputs: GraphOutputs) throws(TranscriptionError) -> State {
        let logits = try outputs.value("logits", [1, nil, configuration.vocabSize])
        let cache = [
            configuration.numLayers, 1, configuration.numKeyValueHeads, nil, configuration.headDim,
        ]
        let last = logits.selecting(axis: 1, index: logits.shape[1] - 1).selecting(axis: 0, index: 0)
        return State(
            logits: last.contiguous(), keys: try outputs.value("present_keys", cache),
            values: try outputs.value("present_values", cache))
    }

    /// Embeddings of the prompt with the audio features in the places of the padding tokens.
    private func mixed(_ prompt: Prompt, _ audioFeatures: Tensor) -> Tensor {
        let tokens = embeddings.rows(prompt.ids)
        let audio = audioFeatures.contiguous()
        let start = prompt.audioOffset * tokens.shape[2]
        return .build(Float.self, tokens.shape) { output in
            let (tokenValues, audioValues) = (tokens.span(Float.self), audio.span(Float.self))
            for index in 0..<tokenValues.count { output[index] = tokenValues[index] }
            for index in 0..<audioValues.count { output[start + index] = audioValues[index] }
        }
    }
}
