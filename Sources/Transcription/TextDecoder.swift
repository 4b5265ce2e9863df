internal import Foundation
internal import ONNXFormat
internal import Operators
internal import Runtime
internal import Tensors

/// Audio features and prompt to logits, then token by token: `decoder_init.onnx` and `decoder_step.onnx`.
struct TextDecoder: Sendable {
    /// What one token leaves for the next: the logits that choose it, and the keys and values of all before.
    struct State: Sendable {
        /// `[vocabulary]`, of the last position.
        let logits: Tensor
        let positions: Int
        let memory: Memory
    }

    /// Keys and values of all positions.
    enum Memory: Sendable {
        /// Appended in place: only the latest state that has it may be stepped from.
        case cache(DecodingCache)
        /// Outputs of one run and inputs of the next, as graphs that are not rewritten need it:
        /// `[layers, 1, key-value heads, positions, head dimension]`.
        case tensors(keys: Tensor, values: Tensor)
    }

    private let prefill: Session
    private let step: Session
    /// Steps of the longer one of the two plans.
    var stepCount: Int { max(prefill.stepCount, step.stepCount) }
    private let embeddings: EmbeddingTable
    private let configuration: ModelConfiguration.Decoder
    /// Older exports leave mixing of token embeddings and audio features to the caller.
    private let prefillTakesEmbeddings: Bool
    /// Positions that room is made for before they are needed, at most.
    private static let largestReserve = 1024
    /// Layers of a cache that both graphs can use; nil if they cannot.
    private let cacheLayers: Int?

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
        let layers = [prefill.decodingLayers, step.decodingLayers]
        cacheLayers = layers.allSatisfy { $0 == decoder.numLayers } ? decoder.numLayers : nil
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
    /// - Parameters:
    ///   - audioFeatures: `[1, N, hidden]`.
    ///   - budget: tokens that may follow, for which room is made.
    ///   - clock: of the transcription that it belongs to.
    func prefill(
        _ prompt: Prompt, audioFeatures: Tensor, budget: Int, _ clock: StageClock? = nil
    ) throws -> State {
        let count = prompt.ids.count
        let inputs = clock.part("input of the graph") {
            var inputs = ["position_ids": Tensor((0..<count).map { Int64($0) }, shape: [1, count])]
            if prefillTakesEmbeddings {
                inputs["input_embeds"] = mixed(prompt, audioFeatures)
            } else {
                inputs["input_ids"] = Tensor(prompt.ids.map { Int64($0) }, shape: [1, count])
                inputs["audio_features"] = audioFeatures
                inputs["audio_offset"] = Tensor([Int64(prompt.audioOffset)])
            }
            return inputs
        }
        let cache = cacheLayers.map { layers in
            clock.part("room of the cache") {
                DecodingCache(
                    layers: layers, capacity: count + min(budget, Self.largestReserve),
                    isPacked: step.packsCache)
            }
        }
        let outputs = try prefill.runReporting(inputs, cache: cache, part: "decoder_init", clock?.runs)
        return try clock.part("output of the graph") { try state(outputs, positions: count, cache: cache) }
    }

    /// Reads one more token.
    func step(_ token: Int, after state: State, _ clock: StageClock? = nil) throws -> State {
        let positions = state.positions + 1
        let (inputs, cache) = clock.part("input of the graph") {
            var inputs = [
                "input_embeds": embeddings.rows([token]),
                "position_ids": Tensor([Int64(state.positions)], shape: [1, 1]),
            ]
            switch state.memory {
            case .cache(let cache): return (inputs, cache as DecodingCache?)
            case .tensors(let keys, let values):
                inputs["past_keys"] = keys
                inputs["past_values"] = values
                return (inputs, nil)
            }
        }
        let outputs = try step.runReporting(inputs, cache: cache, part: "decoder_step", clock?.runs)
        return try clock.part("output of the graph") {
            try self.state(outputs, positions: positions, cache: cache)
        }
    }

    /// Chooses the token that follows.
    func choice(_ state: State) throws(TranscriptionError) -> GreedyChoice {
        try GreedyChoice(state.logits, step.kernels)
    }

    private func state(
        _ outputs: GraphOutputs, positions: Int, cache: DecodingCache?
    ) throws(TranscriptionError) -> State {
        let logits = try outputs.value("logits", [1, nil, configuration.vocabSize])
        let last = logits.selecting(axis: 1, index: logits.shape[1] - 1).selecting(axis: 0, index: 0)
        let memory: Memory
        if let cache {
            memory = .cache(cache)
        } else {
            let shape = [
                configuration.numLayers, 1, configuration.numKeyValueHeads, nil, configuration.headDim,
            ]
            memory = .tensors(
                keys: try outputs.value("present_keys", shape),
                values: try outputs.value("present_values", shape))
        }
        return State(logits: last.contiguous(), positions: positions, memory: memory)
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
