/// What was said in a recording.
public struct Transcript: Sendable, Equatable {
    /// Length of the recording in seconds, without any padding.
    public let duration: Double
    /// English name of the language; several, in order of appearance and separated by commas, if it changed;
    /// empty if nothing was said or the model did not tell.
    public let language: String
    /// The texts of all segments, joined.
    public let text: String
    /// The pieces that were transcribed one by one, in order.
    public let segments: [Segment]
    /// Where the time went.
    public let timing: Timing
    /// What the user should know although the transcript is there, such as a truncated file.
    public let warnings: [String]
    /// Where the time went in detail, if ``TranscriptionOptions/profile`` asked for it.
    public let profile: Profile?
}

/// A piece of a recording that was transcribed on its own.
public struct Segment: Sendable, Equatable {
    /// Why decoding of a segment ended.
    public enum FinishReason: String, Sendable, Codable {
        /// The model said that it was done.
        case eos
        /// The token budget ran out: the text may be incomplete.
        case budget
        /// The model began to repeat itself; the text is what came before.
        case repetition
    }

    /// Where it begins in the recording, in seconds.
    public let start: Double
    /// Where it ends in the recording, in seconds.
    public let end: Double
    /// What was said in it.
    public let text: String
    /// English name of the language, or empty.
    public let language: String
    /// Ids of the tokens that the model chose, end token excluded.
    public let tokens: [Int]
    /// Why decoding ended.
    public let finishReason: FinishReason
    /// Mean natural logarithm of the probabilities of the chosen tokens, end token included.
    public let averageLogProbability: Double

    package init(
        start: Double, end: Double, text: String, language: String, tokens: [Int],
        finishReason: FinishReason, averageLogProbability: Double
    ) {
        self.start = start
        self.end = end
        self.text = text
        self.language = language
        self.tokens = tokens
        self.finishReason = finishReason
        self.averageLogProbability = averageLogProbability
    }
}

/// Where the time went, in seconds.
public struct Timing: Sendable, Equatable {
    /// Loading the model, before this recording.
    public var load = 0.0
    /// Decoding, resampling, and the log-mel spectrogram.
    public var audio = 0.0
    /// The audio encoder.
    public var encode = 0.0
    /// Reading the prompts.
    public var prefill = 0.0
    /// Choosing tokens one by one.
    public var decode = 0.0
    /// All of it but the load.
    public var total = 0.0

    package init(load: Double = 0) {
        self.load = load
    }
}

/// Progress of a transcription, in the order of its happening.
public enum TranscriptionEvent: Sendable, Equatable {
    /// A piece of the recording is about to be transcribed. Times in seconds.
    case segmentStarted(start: Double, end: Double, duration: Double)
    /// The model chose a token.
    case token(Token)
    /// A piece is done.
    case segmentFinished(Segment)
    /// The last event.
    case finished(Transcript)
}

/// A token as the model chose it.
public struct Token: Sendable, Equatable {
    /// Number of the token in the vocabulary.
    public let id: Int
    /// Text of the transcript that this token made certain. Empty for the language tag, and while a character
    /// is incomplete.
    public let text: String
    /// Natural logarithm of the probability that the model gave it.
    public let logProbability: Double
}
