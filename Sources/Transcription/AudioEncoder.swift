internal import Audio
internal import ONNXFormat
internal import Runtime
internal import Tensors

/// Log-mel spectrogram to audio features: the graph `encoder.onnx`.
struct AudioEncoder: Sendable {
    private let session: Session

    /// - Throws: ``TranscriptionError/model(_:)`` if the graph is not that of an encoder, or contradicts the
    ///   configuration.
    init(_ session: Session, _ configuration: ModelConfiguration, file: String) throws(TranscriptionError) {
        self.session = session
        let check = GraphCheck(session, file: file)
        try check.input("mel", .float32, [1, configuration.encoder.numMelBins, nil], "encoder.num_mel_bins")
        try check.output(
            "audio_features", [nil, nil, configuration.decoder.hiddenSize], "decoder.hidden_size")
    }

    /// - Returns: audio features `[1, N, hidden]`.
    func encode(_ mel: LogMelSpectrogram) throws -> Tensor {
        let input = Tensor(mel.values, shape: [1, LogMelSpectrogram.bandCount, mel.frameCount])
        return try session.runReporting(["mel": input], part: "encoder").value("audio_features")
    }
}
