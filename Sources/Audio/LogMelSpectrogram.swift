import Glibc

/// The models' view of sound: Whisper's log-mel spectrogram of 16 kHz samples.
///
/// Frames of 400 samples every 160, centred on multiples of 160 of the signal reflected at both ends; periodic
/// Hann window; power spectrum; 128 mel bands; log10 of at least 1e-10; the last frame dropped, and only then
/// the maximum taken; values more than 8 below the maximum raised to that; (x + 4) / 4.
package struct LogMelSpectrogram: Sendable, Equatable {
    /// Mel bands: rows of ``values``.
    package static let bandCount = 128
    /// Samples from one frame to the next.
    package static let hop = 160
    /// Samples in a frame.
    package static let frameLength = 400

    /// Frames: columns of ``values``; one for each whole ``hop`` of samples.
    package let frameCount: Int
    /// [``bandCount``, ``frameCount``], row-major: all frames of the lowest band first.
    package let values: [Float]

    /// Frames that are transformed at a time, so that their spectra stay in the cache.
    private static let blockFrameCount = 128

    private static let transform = FoldedTransform(length: frameLength)
    private static let filters = MelFilterBank(
        bandCount: bandCount, sampleRate: SpeechFormat.sampleRate, transformLength: frameLength)

    /// The spectrogram of `samples` at 16 kHz. Fewer than ``hop`` of them have no frames.
    ///
    /// - Complexity: O(n) in time; beside the result it takes less than a megabyte.
    package init(_ samples: Span<Float>) {
        frameCount = samples.count / Self.hop
        var values = [Float](repeating: 0, count: Self.bandCount * frameCount)
        var workspace = FoldedTransform.Workspace(for: Self.transform, frameCapacity: Self.blockFrameCount)
        for first in stride(from: 0, to: frameCount, by: Self.blockFrameCount) {
            let count = min(Self.blockFrameCount, frameCount - first)
            let padded = Self.reflected(samples, frames: first..<(first + count))
            Self.transform.powerSpectra(of: padded.span, frameCount: count, hop: Self.hop, in: &workspace)
            Self.addBands(
                of: workspace.power.span, frames: first..<(first + count), of: frameCount, to: &values)
        }
        Self.compress(&values)
        self.values = values
    }

    /// The spectrogram of an array of samples.
    package init(_ samples: [Float]) {
        self.init(samples.span)
    }

    /// The samples that `frames` cover, with those before the first and after the last sample mirrored at it.
    private static func reflected(_ samples: Span<Float>, frames: Range<Int>) -> [Float] {
        let start = frames.lowerBound * hop - frameLength / 2
        let end = (frames.upperBound - 1) * hop + frameLength / 2
        let period = 2 * (samples.count - 1)
        return (start..<end).map { index in
            if samples.indices.contains(index) { return samples[index] }
            // A signal shorter than half a frame is mirrored more than once.
            let phase = ((index % period) + period) % period
            return samples[min(phase, period - phase)]
        }
    }

    /// Adds the mel bands of `power` [bins, frames] to the columns `frames` of `values` [bandCount, total].
    private static func addBands(
        of power: Span<Float>, frames: Range<Int>, of total: Int, to values: inout [Float]
    ) {
        var target = values.mutableSpan
        for (index, band) in filters.bands.enumerated() {
            let row = index * total + frames.lowerBound
            for (offset, weight) in band.weights.enumerated() {
                let bin = (band.firstBin + offset) * frames.count
                for frame in 0..<frames.count { target[row + frame] += weight * power[bin + frame] }
            }
        }
    }

    private static func compress(_ values: inout [Float]) {
        var greatest = -Float.infinity
        for index in values.indices {
            let value = log10(max(values[index], 1e-10))
            greatest = max(greatest, value)
            values[index] = value
        }
        for index in values.indices { values[index] = (max(values[index], greatest - 8) + 4) / 4 }
    }
}
