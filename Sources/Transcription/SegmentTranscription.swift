internal import Audio
internal import Memory
internal import Tensors

/// One piece of audio on its way to text. Each call of ``StageClock/stage(_:_:)`` is a stage of the pipeline.
struct SegmentTranscription {
    let model: SpeechModel
    let options: TranscriptionOptions
    let piece: AudioPiece
    let clock: StageClock

    func run(emit: (TranscriptionEvent) -> Void) throws -> Segment {
        let mel = clock.stage(.mel) { clock.part("spectrogram") { LogMelSpectrogram(piece.samples) } }
        let audioFeatures = try clock.stage(.encode) { try model.encoder.encode(mel, clock) }
        // What the encoder needed is of other sizes than what the decoder will need.
        MemoryStore.shared.removeAll()
        let budget = options.budget(seconds: piece.endSeconds - piece.startSeconds)
        let state = try clock.stage(.prefill) {
            try model.decoder.prefill(
                prompt(audioFeatures), audioFeatures: audioFeatures, budget: budget, clock)
        }
        let output = try clock.stage(.decode) { try decode(from: state, budget: budget, emit: emit) }
        return clock.stage(.text) { clock.part("text of the segment") { segment(output) } }
    }

    private func prompt(_ audioFeatures: Tensor) throws -> Prompt {
        let prompt = try clock.part("prompt") {
            try Prompt(
                audioTokenCount: audioFeatures.shape[1], context: options.context,
                language: options.language, tokenizer: model.tokenizer,
                special: model.configuration.specialTokens)
        }
        clock.readPrompt(prompt.ids.count)
        return prompt
    }

    /// What the model wrote.
    private struct Output {
        let tokens: [Int]
        let logProbabilities: [Double]
        let finishReason: Segment.FinishReason
        let parser: OutputParser
    }

    /// Chooses the likeliest token again and again until the model ends, the budget is spent, or the output
    /// only repeats itself.
    private func decode(
        from initial: TextDecoder.State, budget: Int, emit: (TranscriptionEvent) -> Void
    ) throws -> Output {
        let special = model.configuration.specialTokens
        var parser = OutputParser(model.tokenizer, tag: special.asrTextTokenId, forced: options.language)
        var repetition = RepetitionDetector()
        var tokens: [Int] = []
        var logProbabilities: [Double] = []
        var state = initial
        var finishReason = Segment.FinishReason.budget

        while tokens.count < budget {
            try Task.checkCancellation()
            let choice = try clock.part("choosing tokens") { try model.decoder.choice(state) }
            clock.choseToken()
            logProbabilities.append(choice.logProbability)
            if special.eosTokenIds.contains(choice.token) {
                finishReason = .eos
                break
            }
            tokens.append(choice.token)
            clock.part("text of tokens") {
                let text = parser.push(choice.token)
                emit(.token(Token(id: choice.token, text: text, logProbability: choice.logProbability)))
            }
            if options.stopsRepetition, let repeated = repetition.push(choice.token) {
                tokens.removeLast(repeated)
                finishReason = .repetition
                break
            }
            if tokens.count < budget {
                state = try clock.step { try model.decoder.step(choice.token, after: state, clock) }
            }
        }
        return Output(
            tokens: tokens, logProbabilities: logProbabilities, finishReason: finishReason, parser: parser)
    }

    private func segment(_ output: Output) -> Segment {
        var (language, text) = output.parser.parse(output.tokens)
        if options.stopsRepetition { text = removingRepetitions(text) }
        let logProbabilities = output.logProbabilities
        return Segment(
            start: piece.startSeconds, end: piece.endSeconds, text: text, language: language,
            tokens: output.tokens, finishReason: output.finishReason,
            averageLogProbability: logProbabilities.isEmpty
                ? 0 : logProbabilities.reduce(0, +) / Double(logProbabilities.count))
    }
}

extension Duration {
    var seconds: Double {
        let (seconds, attoseconds) = components
        return Double(seconds) + Double(attoseconds) * 1e-18
    }
}
