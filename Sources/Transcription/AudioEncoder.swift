internal import Audio
internal import ONNXFormat
internal import Runtime
internal import Tensors

/// Log-mel spectrogram to audio features: the graph `encoder.onnx`.
struct AudioEncoder: Sendable {
    let session: Session
    /// Steps of its plan.
    var stepCount: Int { session.stepCount }
    private let hiddenSize: Int

    /// - Throws: ``TranscriptionError/model(_:)`` if the graph is not that of an encoder, or contradicts the
    ///   configuration.
    init(_ session: Session, _ configuration: ModelConfiguration, file: String) throws(TranscriptionError) {
        self.session = session
        hiddenSize = configuration.decoder.hiddenSize
        let check = GraphCheck(session, file: file)
        let melBins = GraphCheck.Size.configured(configuration.encoder.numMelBins, "encoder.num_mel_bins")
        try check.input("mel", .float32, [.exactly(1), melBins, .any])
        try check.output(
            "audio_features", [.any, .any, .configured(hiddenSize, "decoder.hidden_size")])
    }

    /// - Returns: audio features `[1, N, hidden]`.
    func encode(_ mel: LogMelSpectrogram, _ clock: StageClock? = nil) throws -> Tensor {
        let input = clock.part("input of the graph") {
            Tensor(mel.values, shape: [1, LogMelSpectrogram.bandCount, mel.frameCount])
        }
        return try session.runReporting(["mel": input], part: "encoder", clock?.runs)
            .value("audio_features", [1, nil, hiddenSize])
    }
}
