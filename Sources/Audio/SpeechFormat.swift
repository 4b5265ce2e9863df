/// The one form in which speech reaches the models: mono at 16 kHz, full scale ±1.
package enum SpeechFormat {
    /// Samples per second.
    package static let sampleRate = 16_000

    /// What the models need at least: half a second. Shorter pieces are padded with zeros to it.
    package static let minimumSampleCount = sampleRate / 2

    /// Rates of recordings that are converted. Outside of them a header is more likely wrong than right.
    package static let supportedSourceRates = 4_000...384_000

    /// More channels than any microphone array in use; mixing is a mean, so memory is all that they cost.
    package static let maximumChannelCount = 64

    /// How many samples at 16 kHz `frameCount` frames at `sourceRate` hertz become:
    /// ⌈frameCount · 16000 / sourceRate⌉, as librosa's `resample` has it.
    package static func sampleCount(ofFrames frameCount: Int, sourceRate: Int) -> Int {
        // Divided first, so that no count of frames can overflow.
        let (wholeSeconds, rest) = frameCount.quotientAndRemainder(dividingBy: sourceRate)
        return wholeSeconds * sampleRate + (rest * sampleRate + sourceRate - 1) / sourceRate
    }
}
