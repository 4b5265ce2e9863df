/// Why a recording cannot be transcribed. Every case begins with the name of the file as the user gave it.
package enum AudioError: Error, Sendable, Equatable {
    // MARK: The file

    /// There is no such file.
    case fileNotFound(file: String)
    /// The file is there, but the system refuses to open it.
    case cannotOpen(file: String, reason: String)
    /// A directory, pipe, socket or device; `kind` says which, with its article.
    case notRegularFile(file: String, kind: String)
    /// The system failed to read a file that it had opened.
    case cannotRead(file: String, reason: String)
    /// Standard input could not be written to a temporary file.
    case cannotSpool(reason: String)
    /// The file gave other samples when it was read for the second time.
    case changedWhileReading(file: String)

    // MARK: Its format

    /// The file has no bytes.
    case emptyFile(file: String)
    /// Not a format that libsndfile reads; `format` names what the first bytes look like.
    case unsupportedFormat(file: String, format: String)
    /// A known format whose contents cannot be decoded.
    case corrupt(file: String, format: String, reason: String)
    /// The header says that no data follow, but they do: the recording program did not finish.
    case unfinishedHeader(file: String)
    /// The file ends early in a format where that leaves nothing trustworthy. Durations are in seconds.
    case truncated(file: String, format: String, decodedDuration: Double)
    /// Outside of ``SpeechFormat/supportedSourceRates``.
    case unsupportedSampleRate(file: String, rate: Int)
    /// More than ``SpeechFormat/maximumChannelCount``.
    case tooManyChannels(file: String, count: Int)

    // MARK: Its samples

    /// The header is fine, but there is not one sample.
    case noAudio(file: String)
    /// Samples that are NaN or infinite: how many, and the first one's frame, channel (from 0) and second.
    case notFinite(file: String, count: Int, frame: Int, channel: Int, seconds: Double)
    /// Samples so large that mixing or resampling them overflows.
    case overflow(file: String)
    /// The resampler refused, which it does for want of memory only.
    case cannotResample(file: String, reason: String)

    /// Whether the input was not there to be read at all, as opposed to being bad audio.
    package var isMissingInput: Bool {
        switch self {
        case .fileNotFound, .cannotOpen: true
        default: false
        }
    }
}

// MARK: - Messages

extension AudioError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .fileNotFound(let file):
            "\(file): no such file"
        case .cannotOpen(let file, let reason):
            "\(file): cannot be opened: \(reason)"
        case .notRegularFile(let file, let kind):
            "\(file): is \(kind), not a regular file"
        case .cannotRead(let file, let reason):
            "\(file): reading failed: \(reason)"
        case .cannotSpool(let reason):
            "\(InputFile.standardInputName): cannot be copied to a temporary file: \(reason)"
        case .changedWhileReading(let file):
            "\(file): changed while it was being read"
        case .emptyFile(let file):
            "\(file): the file is empty"
        case .unsupportedFormat(let file, let format):
            "\(file): \(format) is not a supported audio format; convert it first: \(Self.conversion(of: file))"
        case .corrupt(let file, let format, let reason):
            "\(file): damaged or unsupported \(format) file: \(reason); "
                + "converting it may help: \(Self.conversion(of: file))"
        case .unfinishedHeader(let file):
            "\(file): the WAV header is unfinished: it gives its data a size of 0, but data follow; "
                + "rewrite it: \(Self.conversion(of: file))"
        case .truncated(let file, let format, let decodedDuration):
            "\(file): the \(format) file is truncated or damaged after \(seconds(decodedDuration)) of audio"
        case .unsupportedSampleRate(let file, let rate):
            "\(file): a sample rate of \(rate) Hz is outside of 4,000 to 384,000 Hz"
        case .tooManyChannels(let file, let count):
            "\(file): has \(count) channels, more than \(SpeechFormat.maximumChannelCount)"
        case .noAudio(let file):
            "\(file): contains no audio"
        case .notFinite(let file, let count, let frame, let channel, let position):
            "\(file): \(count) \(count == 1 ? "sample is" : "samples are") NaN or infinite, the first one "
                + "in frame \(frame) (at \(seconds(position))) of channel \(channel + 1)"
        case .overflow(let file):
            "\(file): samples are too large to be mixed or resampled"
        case .cannotResample(let file, let reason):
            "\(file): resampling failed: \(reason)"
        }
    }

    /// The command that turns what other programs can read into what this one can.
    private static func conversion(of file: String) -> String {
        let source = file == InputFile.standardInputName ? "FILE" : shellQuoted(file)
        return "ffmpeg -i \(source) -ar 16000 -ac 1 out.wav"
    }

    private static func shellQuoted(_ word: String) -> String {
        let isPlain = word.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"),
                UInt8(ascii: "."), UInt8(ascii: "/"), 0x80...:
                true
            default:
                false
            }
        }
        if isPlain { return word }
        return "'" + word.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''")
            + "'"
    }
}

/// A duration for people: two decimals and the unit.
func seconds(_ duration: Double) -> String {
    let hundredths = Int((min(max(duration, 0), 1e12) * 100).rounded())
    let fraction = hundredths % 100
    return "\(hundredths / 100).\(fraction < 10 ? "0" : "")\(fraction) s"
}
