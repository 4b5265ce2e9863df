internal import Audio
internal import Tensors

/// One piece of audio on its way to text. Each line of ``run(emit:)`` is a stage of the pipeline.
struct SegmentTranscription {
    let model: SpeechModel
    let options: TranscriptionOptions
    let piece: AudioPiece

    func run(timing: inout Timing, emit: (TranscriptionEvent) -> Void) throws -> Segment {
        let mel = measured(&timing.audio) { LogMelSpectrogram(piece.samples) }
        let audioFeatures = try measured(&timing.encode) { try model.encoder.encode(mel) }
        let prompt = try Prompt(
            audioTokenCount: audioFeatures.shape[1], context: options.context, language: options.language,
            tokenizer: model.tokenizer, special: model.configuration.specialTokens)
        let budget = options.budget(seconds: piece.endSeconds - piece.startSeconds)
        let state = try measured(&timing.prefill) {
            try model.decoder.prefill(prompt, audioFeatures: audioFeatures, budget: budget)
        }
        return try measured(&timing.decode) { try decode(from: state, budget: budget, emit: emit) }
    }

    /// Chooses the likeliest token again and again until the model ends, the budget is spent, or the output
    /// only repeats itself.
    private func decode(
        from initial: TextDecoder.State, budget: Int, emit: (TranscriptionEvent) -> Void
    ) throws -> Segment {
        let special = model.configuration.specialTokens
        var parser = OutputParser(model.tokenizer, tag: special.asrTextTokenId, forced: options.language)
        var repetition = RepetitionDetector()
        var tokens: [Int] = []
        var logProbabilities: [Double] = []
        var state = initial
        var finishReason = Segment.FinishReason.budget

        while tokens.count < budget {
            try Task.checkCancellation()
            let choice = try model.decoder.choice(state)
            logProbabilities.append(choice.logProbability)
            if special.eosTokenIds.contains(choice.token) {
                finishReason = .eos
                break
            }
            tokens.append(choice.token)
            let token = Token(
                id: choice.token, text: parser.push(choice.token), logProbability: choice.logProbability)
            emit(.token(token))
            if options.stopsRepetition, let repeated = repetition.push(choice.token) {
                tokens.removeLast(repeated)
                finishReason = .repetition
                break
            }
            if tokens.count < budget { state = try model.decoder.step(choice.token, after: state) }
        }
        var (language, text) = parser.parse(tokens)
        if options.stopsRepetition { text = removingRepetitions(text) }
        return Segment(
            start: piece.startSeconds, end: piece.endSeconds, text: text, language: language,
            tokens: tokens, finishReason: finishReason,
            averageLogProbability: logProbabilities.isEmpty
                ? 0 : logProbabilities.reduce(0, +) / Double(logProbabilities.count))
    }
}

/// Runs `body` and adds the seconds that it took to `time`.
func measured<Result>(_ time: inout Double, _ body: () throws -> Result) rethrows -> Result {
    let start = ContinuousClock.now
    defer { time += start.duration(to: .now).seconds }
    return try body()
}

extension Duration {
    var seconds: Double {
        let (seconds, attoseconds) = components
        return Double(seconds) + Double(attoseconds) * 1e-18
    }
}
