/// A stretch of a recording, ready to be made a spectrogram of.
package struct AudioPiece: Sendable, Equatable {
    /// Where it begins in the recording, in samples at 16 kHz.
    package let start: Int
    /// How many samples of the recording it has, without padding.
    package let sampleCount: Int
    /// The samples at 16 kHz, within ±1, followed by zeros up to ``SpeechFormat/minimumSampleCount``.
    package let samples: [Float]

    /// Where the next piece begins.
    package var end: Int { start + sampleCount }
    /// ``start`` in seconds.
    package var startSeconds: Double { Double(start) / Double(SpeechFormat.sampleRate) }
    /// ``end`` in seconds.
    package var endSeconds: Double { Double(end) / Double(SpeechFormat.sampleRate) }

    init(start: Int, samples: [Float]) {
        self.start = start
        self.sampleCount = samples.count
        let missing = max(0, SpeechFormat.minimumSampleCount - samples.count)
        self.samples = missing == 0 ? samples : samples + repeatElement(0, count: missing)
    }
}
