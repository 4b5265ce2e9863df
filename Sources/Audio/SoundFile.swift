import CSndFile
import Glibc

/// A decoder of one sound file: libsndfile behind a reader of interleaved blocks of Float.
///
/// Reads are by position (`pread`), so several decoders can share one ``InputFile``.
final class SoundFile {
    /// Formats that need a rule of their own.
    enum Encoding: Equatable { case flac, vorbis, opus, mpeg, other }

    let sampleRate: Int
    let channelCount: Int
    let encoding: Encoding
    /// For messages, "FLAC" for example.
    let formatName: String
    /// Frames that the header claims. Nil if it does not say; never to be trusted, only compared.
    let declaredFrameCount: Int?

    private let source: Source
    private let handle: OpaquePointer

    /// Opens a decoder at the start of `file`.
    ///
    /// - Parameter pretendsToBeLonger: see ``Source/claimedSize``.
    /// - Throws: `corrupt` for files of known formats, else `unsupportedFormat`; `cannotRead`.
    init(_ file: InputFile, pretendsToBeLonger: Bool = false) throws(AudioError) {
        source = Source(file, claimedSize: pretendsToBeLonger ? file.size * 64 + (1 << 20) : file.size)
        var callbacks = Source.callbacks
        var information = SF_INFO()
        let context = Unmanaged.passUnretained(source).toOpaque()
        guard let handle = sf_open_virtual(&callbacks, Int32(SFM_READ), &information, context) else {
            let code = sf_error(nil)
            if let reason = source.failure { throw .cannotRead(file: file.name, reason: reason) }
            throw try Self.openingError(of: file, code: code, reason: String(cString: sf_strerror(nil)))
        }
        self.handle = handle
        sampleRate = Int(information.samplerate)
        channelCount = Int(information.channels)
        (encoding, formatName) = Self.format(of: information)
        declaredFrameCount = information.frames == .max ? nil : Int(information.frames)
    }

    deinit {
        sf_close(handle)
    }

    /// How many bytes of the file were not asked for by the decoder yet.
    var unreadByteCount: Int { max(0, source.file.size - source.offset) }

    /// Decodes into `block`, which holds whole frames, and returns the number of frames decoded: fewer than
    /// fit near the end, 0 at it.
    ///
    /// - Throws: `cannotRead`, and `truncated` when the decoder gives up; `decodedFrameCount`, the number of
    ///   frames decoded before, is for its message.
    func read(into block: inout [Float], decodedFrameCount: Int) throws(AudioError) -> Int {
        let capacity = block.count / channelCount
        let count = Int(sf_readf_float(handle, &block, sf_count_t(capacity)))
        // The next read clears an error, so looking once at the end of the file is too late.
        if let reason = source.failure { throw .cannotRead(file: source.file.name, reason: reason) }
        if sf_error(handle) != 0 {
            throw truncated(afterFrames: decodedFrameCount + max(0, count))
        }
        return min(max(0, count), capacity)
    }

    /// The error for a file that ends, or cannot be decoded further, after `frameCount` frames.
    func truncated(afterFrames frameCount: Int) -> AudioError {
        .truncated(
            file: source.file.name, format: formatName,
            decodedDuration: Double(frameCount) / Double(sampleRate))
    }

    // MARK: Formats

    private static func format(of information: SF_INFO) -> (Encoding, String) {
        let subtype = information.format & Int32(SF_FORMAT_SUBMASK)
        switch Int(information.format) & Int(SF_FORMAT_TYPEMASK) {
        case Int(SF_FORMAT_WAV), Int(SF_FORMAT_WAVEX): return (.other, "WAV")
        case Int(SF_FORMAT_RF64): return (.other, "RF64")
        case Int(SF_FORMAT_W64): return (.other, "W64")
        case Int(SF_FORMAT_AIFF): return (.other, "AIFF")
        case Int(SF_FORMAT_AU): return (.other, "AU")
        case Int(SF_FORMAT_CAF): return (.other, "CAF")
        case Int(SF_FORMAT_FLAC): return (.flac, "FLAC")
        case Int(SF_FORMAT_MPEG): return (.mpeg, "MP3")
        case Int(SF_FORMAT_OGG) where subtype == Int32(SF_FORMAT_OPUS): return (.opus, "Ogg Opus")
        case Int(SF_FORMAT_OGG) where subtype == Int32(SF_FORMAT_VORBIS): return (.vorbis, "Ogg Vorbis")
        case Int(SF_FORMAT_OGG): return (.flac, "Ogg FLAC")
        default: return (.other, "sound")
        }
    }

    private static func openingError(
        of file: InputFile, code: Int32, reason: String
    ) throws(AudioError) -> AudioError {
        let prefix = try file.bytes(at: 0, count: ForeignFormat.prefixLength)
        if prefix.isEmpty { return .emptyFile(file: file.name) }
        let known: [(String, [UInt8])] = [
            ("WAV", Array("RIFF".utf8)), ("WAV", Array("RIFX".utf8)), ("RF64", Array("RF64".utf8)),
            ("AIFF", Array("FORM".utf8)), ("FLAC", Array("fLaC".utf8)), ("Ogg", Array("OggS".utf8)),
            ("CAF", Array("caff".utf8)), ("AU", Array(".snd".utf8)), ("MP3", Array("ID3".utf8)),
        ]
        let foreign = ForeignFormat.name(ofPrefix: prefix)
        guard let (format, _) = known.first(where: { prefix.has($0.1, at: 0) }),
            !["AVI", "Ogg Speex", "Ogg Theora", "Ogg Skeleton"].contains(foreign)
        else { return .unsupportedFormat(file: file.name, format: foreign) }
        return .corrupt(file: file.name, format: format, reason: Self.trimmed(reason))
    }

    /// libsndfile's messages without their "Error : " and the full stop.
    private static func trimmed(_ reason: String) -> String {
        var words = Substring(reason)
        for prefix in [
            "Internal error : ", "Error : ", "Error in WAV/W64/RF64 file. ", "Error in WAV file. ",
        ]
        where words.hasPrefix(prefix) {
            words = words.dropFirst(prefix.count)
        }
        return words.hasSuffix(".") ? String(words.dropLast()) : String(words)
    }
}
