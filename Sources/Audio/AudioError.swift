/// Why a recording cannot be transcribed. Every case but one has the name of the file as the user gave it.
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
    /// The file's name and what is wrong with it.
    package var description: String { "\(displayName(of: file)): \(problem)" }

    /// The file that the error is about, as the user named it.
    package var file: String {
        switch self {
        case .fileNotFound(let file), .cannotOpen(let file, _), .notRegularFile(let file, _),
            .cannotRead(let file, _), .changedWhileReading(let file), .emptyFile(let file),
            .unsupportedFormat(let file, _), .corrupt(let file, _, _), .unfinishedHeader(let file),
            .truncated(let file, _, _), .unsupportedSampleRate(let file, _), .tooManyChannels(let file, _),
            .noAudio(let file), .notFinite(let file, _, _, _, _), .overflow(let file),
            .cannotResample(let file, _):
            file
        case .cannotSpool:
            InputFile.standardInputName
        }
    }

    /// What is wrong, without the file's name.
    package var problem: String {
        switch self {
        case .fileNotFound:
            "no such file"
        case .cannotOpen(_, let reason):
            "cannot be opened: \(reason)"
        case .notRegularFile(_, let kind):
            "is \(kind), not a regular file"
        case .cannotRead(_, let reason):
            "reading failed: \(reason)"
        case .cannotSpool(let reason):
            "cannot be copied to a temporary file: \(reason)"
        case .changedWhileReading:
            "changed while it was being read"
        case .emptyFile:
            "the file is empty"
        case .unsupportedFormat(let file, let format):
            "\(format) is not a supported audio format; convert it first: \(Self.conversion(of: file))"
        case .corrupt(let file, let format, let reason):
            "damaged or unsupported \(format) file: \(reason); converting it may help: "
                + Self.conversion(of: file)
        case .unfinishedHeader(let file):
            "the header is unfinished: it says that there are 0 bytes of data, but more follow; rewrite it: "
                + Self.conversion(of: file)
        case .truncated(_, let format, let decodedDuration):
            "the \(format) file is truncated or damaged after \(seconds(decodedDuration)) of audio"
        case .unsupportedSampleRate(_, let rate):
            "a sample rate of \(rate) Hz is outside of 4,000 to 384,000 Hz"
        case .tooManyChannels(_, let count):
            "has \(count) channels, more than \(SpeechFormat.maximumChannelCount)"
        case .noAudio:
            "contains no audio"
        case .notFinite(_, let count, let frame, let channel, let position):
            "\(count) \(count == 1 ? "sample is" : "samples are") NaN or infinite, the first one "
                + "in frame \(frame) (at \(seconds(position))) of channel \(channel + 1)"
        case .overflow:
            "samples are too large to be mixed or resampled"
        case .cannotResample(_, let reason):
            "resampling failed: \(reason)"
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

/// How messages name a file.
func displayName(of file: String) -> String {
    file == InputFile.standardInputName ? "standard input" : file
}

/// A duration for people: two decimals and the unit.
func seconds(_ duration: Double) -> String {
    let hundredths = Int((min(max(duration, 0), 1e12) * 100).rounded())
    let fraction = hundredths % 100
    return "\(hundredths / 100).\(fraction < 10 ? "0" : "")\(fraction) s"
}
