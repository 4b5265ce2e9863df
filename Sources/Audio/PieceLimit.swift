/// How long the pieces are that a long recording is divided into.
package struct PieceLimit: Sendable, Equatable {
    /// Limits that can be asked for, in seconds. 1,200 is the most that Qwen3-ASR was made for.
    package static let supportedSeconds: ClosedRange<Double> = 1...1_200

    /// One minute: a fair trade between context for the decoder and its memory.
    package static let standard = PieceLimit(sampleCount: 60 * SpeechFormat.sampleRate)

    /// The limit in samples at 16 kHz. A recording that is no longer than this stays in one piece.
    package let sampleCount: Int

    /// How far before and after the limit a quiet place to cut is looked for, in samples: 5 s, as in the
    /// official implementation, but never more than half of the limit, so that no piece comes out empty.
    package var searchRadius: Int { min(5 * SpeechFormat.sampleRate, sampleCount / 2) }

    /// The longest piece that can come out, in samples: a cut may fall as far as ``searchRadius`` after the
    /// limit.
    package var maximumPieceSampleCount: Int { sampleCount + searchRadius }

    /// The limit in seconds.
    package var seconds: Double { Double(sampleCount) / Double(SpeechFormat.sampleRate) }

    /// Nil outside of ``supportedSeconds``.
    package init?(seconds: Double) {
        guard Self.supportedSeconds.contains(seconds) else { return nil }
        self.init(sampleCount: Int(seconds * Double(SpeechFormat.sampleRate)))
    }

    private init(sampleCount: Int) {
        self.sampleCount = sampleCount
    }
}
