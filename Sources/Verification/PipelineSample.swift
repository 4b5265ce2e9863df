internal import Audio
internal import Tensors
internal import Transcription

/// What the graphs of a model are given on the way from a spectrogram to the first token.
struct PipelineSample {
    enum Part: String, CaseIterable {
        case encoder
        case decoderInit = "decoder_init"
        case decoderStep = "decoder_step"
    }

    let audioFeatures: Tensor
    let prompt: Prompt
    /// Inputs of each graph by name, those of older exports included.
    let inputs: [Part: [String: Tensor]]

    init(_ probe: PipelineProbe, mel: LogMelSpectrogram) throws {
        audioFeatures = try probe.encode(mel)
        prompt = try probe.prompt(audioTokenCount: audioFeatures.shape[1])
        let count = prompt.ids.count
        let state = try probe.prefill(prompt, audioFeatures: audioFeatures)
        let logits = state.logits.array(Float.self)
        let token = logits.indices.max { logits[$0] < logits[$1] } ?? 0
        inputs = [
            .encoder: ["mel": Tensor(mel.values, shape: [1, LogMelSpectrogram.bandCount, mel.frameCount])],
            .decoderInit: [
                "input_ids": Tensor(prompt.ids.map(Int64.init), shape: [1, count]),
                "position_ids": Tensor((0..<count).map(Int64.init), shape: [1, count]),
                "audio_features": audioFeatures, "audio_offset": Tensor([Int64(prompt.audioOffset)]),
                "input_embeds": Self.mixed(
                    probe.embeddings(prompt.ids), audioFeatures, at: prompt.audioOffset),
            ],
            .decoderStep: [
                "input_embeds": probe.embeddings([token]),
                "position_ids": Tensor([Int64(count)], shape: [1, 1]), "past_keys": state.keys,
                "past_values": state.values,
            ],
        ]
    }

    /// Token embeddings with audio features in the places of the padding tokens.
    private static func mixed(_ embeddings: Tensor, _ features: Tensor, at offset: Int) -> Tensor {
        var values = embeddings.array(Float.self)
        let audio = features.array(Float.self)
        let start = offset * embeddings.shape[2]
        values.replaceSubrange(start..<start + audio.count, with: audio)
        return Tensor(values, shape: embeddings.shape)
    }
}
