/// A recording as a stream of mono samples at 16 kHz: decoded, mixed to the mean of its channels, resampled.
///
/// Holds a few hundred kilobytes however long the file is.
final class SampleStream {
    /// Values of all channels that are decoded at a time.
    private static let blockValueCount = 1 << 16

    let sound: SoundFile
    /// Frames decoded so far.
    private(set) var frameCount = 0
    /// Values decoded so far that are NaN or infinite.
    private(set) var notFiniteCount = 0
    /// The first such value.
    private(set) var firstNotFinite: (frame: Int, channel: Int)?

    private let file: InputFile
    private let resampler: Resampler?
    private var values: [Float]
    private var mixed: [Float]
    private var isAtEnd = false

    /// - Throws: what ``SoundFile`` throws, `unsupportedSampleRate`, `tooManyChannels`.
    init(_ file: InputFile, pretendsToBeLonger: Bool = false) throws(AudioError) {
        self.file = file
        sound = try SoundFile(file, pretendsToBeLonger: pretendsToBeLonger)
        guard SpeechFormat.supportedSourceRates.contains(sound.sampleRate) else {
            throw .unsupportedSampleRate(file: file.name, rate: sound.sampleRate)
        }
        guard 1...SpeechFormat.maximumChannelCount ~= sound.channelCount else {
            throw .tooManyChannels(file: file.name, count: sound.channelCount)
        }
        if sound.sampleRate == SpeechFormat.sampleRate {
            resampler = nil
        } else {
            do throws(Resampler.Failure) {
                resampler = try Resampler(from: sound.sampleRate)
            } catch {
                throw .cannotResample(file: file.name, reason: error.reason)
            }
        }
        let capacity = Self.blockValueCount / sound.channelCount
        values = [Float](repeating: 0, count: capacity * sound.channelCount)
        mixed = [Float](repeating: 0, count: capacity)
    }

    /// Decodes the next block and appends its samples, possibly none, to `samples`.
    ///
    /// Samples after a value that is not finite are worthless: only their number and the count of such values
    /// go on being right.
    ///
    /// - Returns: false when the recording has ended; nothing is appended from then on.
    /// - Throws: `cannotRead`, `truncated`, `cannotResample`.
    func appendBlock(to samples: inout [Float]) throws(AudioError) -> Bool {
        if isAtEnd { return false }
        let count = try sound.read(into: &values, decodedFrameCount: frameCount)
        do throws(Resampler.Failure) {
            if count == 0 {
                isAtEnd = true
                try resampler?.finish(appendingTo: &samples)
                return true
            }
            noteNotFinite(inFrames: count)
            frameCount += count
            mix(frames: count)
            if let resampler {
                try resampler.append(mixed, count: count, to: &samples)
            } else {
                samples.append(contentsOf: mixed[..<count])
            }
        } catch {
            throw .cannotResample(file: file.name, reason: error.reason)
        }
        return true
    }

    /// The mean of each frame's channels.
    private func mix(frames: Int) {
        let channelCount = sound.channelCount
        switch channelCount {
        case 1:
            for frame in 0..<frames { mixed[frame] = values[frame] }
        case 2:
            for frame in 0..<frames { mixed[frame] = (values[2 * frame] + values[2 * frame + 1]) / 2 }
        default:
            for frame in 0..<frames {
                var sum: Float = 0
                for channel in 0..<channelCount { sum += values[frame * channelCount + channel] }
                mixed[frame] = sum / Float(channelCount)
            }
        }
    }

    private func noteNotFinite(inFrames frames: Int) {
        let decoded = 0..<(frames * sound.channelCount)
        var count = 0
        for index in decoded { count += values[index].isFinite ? 0 : 1 }
        guard count > 0 else { return }
        notFiniteCount += count
        guard firstNotFinite == nil, let index = decoded.first(where: { !values[$0].isFinite }) else {
            return
        }
        let (frame, channel) = index.quotientAndRemainder(dividingBy: sound.channelCount)
        firstNotFinite = (frameCount + frame, channel)
    }
}
