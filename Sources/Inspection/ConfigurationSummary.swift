package import Transcription

/// The sizes in a model directory's `config.json`.
package struct ConfigurationSummary: Encodable, Sendable, Equatable {
    package let layers: Int
    package let hiddenSize: Int
    package let attentionHeads: Int
    package let keyValueHeads: Int
    package let headSize: Int
    package let vocabularySize: Int
    package let melBins: Int
    /// Of the table of embeddings; nil where the file does not say.
    package let embeddingType: String?

    package init(_ configuration: ModelConfiguration) {
        let decoder = configuration.decoder
        layers = decoder.numLayers
        hiddenSize = decoder.hiddenSize
        attentionHeads = decoder.numAttentionHeads
        keyValueHeads = decoder.numKeyValueHeads
        headSize = decoder.headDim
        vocabularySize = decoder.vocabSize
        melBins = configuration.encoder.numMelBins
        embeddingType = configuration.embedTokensDtype
    }
}
