/// The first pass over a file: everything that must be known before text may be produced.
struct AudioScan {
    let frameCount: Int
    let sourceRate: Int
    let channelCount: Int
    let formatName: String
    /// At 16 kHz.
    private(set) var sampleCount = 0
    private(set) var peak: Float = 0
    /// All samples if they fit one piece.
    private(set) var heldSamples: [Float]?

    private let encoding: SoundFile.Encoding
    private let declaredFrameCount: Int?
    private let unreadByteCount: Int

    /// Tags at the end of an MP3 that are no reason to doubt it.
    private static let usualTagByteCount = 4_096

    /// Reads all of `file`.
    ///
    /// - Throws: what ``SampleStream`` throws, `truncated`, `notFinite`, `overflow`.
    init(_ file: InputFile, pieceLimit: PieceLimit, pretendsToBeLonger: Bool) throws(AudioError) {
        let stream = try SampleStream(file, pretendsToBeLonger: pretendsToBeLonger)
        var held: [Float]? = []
        var block: [Float] = []
        while try stream.appendBlock(to: &block) {
            sampleCount += block.count
            for sample in block where !(abs(sample) <= peak) { peak = abs(sample) }
            if sampleCount > pieceLimit.sampleCount {
                held = nil
            } else {
                held?.append(contentsOf: block)
            }
            block.removeAll(keepingCapacity: true)
        }
        let sound = stream.sound
        frameCount = stream.frameCount
        sourceRate = sound.sampleRate
        channelCount = sound.channelCount
        formatName = sound.formatName
        encoding = sound.encoding
        declaredFrameCount = sound.declaredFrameCount
        unreadByteCount = sound.unreadByteCount
        heldSamples = held

        switch encoding {
        case .vorbis where declaredFrameCount == nil:
            // libvorbis finds the length in the last page, so a file without one lacks its end.
            throw sound.truncated(afterFrames: frameCount)
        case .flac where frameCount < declaredFrameCount ?? 0:
            throw sound.truncated(afterFrames: frameCount)
        default:
            break
        }
        if let first = stream.firstNotFinite {
            throw .notFinite(
                file: file.name, count: stream.notFiniteCount, frame: first.frame, channel: first.channel,
                seconds: Double(first.frame) / Double(sourceRate))
        }
        if !peak.isFinite { throw .overflow(file: file.name) }
    }

    /// Whether an MP3's decoder stopped where it had guessed the end to be, with data left.
    var stoppedAtGuessedEnd: Bool {
        encoding == .mpeg && frameCount == declaredFrameCount && unreadByteCount > Self.usualTagByteCount
    }

    /// What is odd about the file but no reason to refuse it.
    func warnings(header: ContainerHeader?, file: InputFile, pretendsToBeLonger: Bool) -> [AudioWarning] {
        if let header, header.missingByteCount > 0 {
            return [.missingBytes(file: file.name, format: formatName, count: header.missingByteCount)]
        }
        let rate = Double(sourceRate)
        switch encoding {
        case .opus where declaredFrameCount == nil:
            return [
                .truncated(
                    file: file.name, format: formatName, decodedDuration: Double(frameCount) / rate,
                    declaredDuration: nil)
            ]
        case .mpeg where !pretendsToBeLonger:
            if stoppedAtGuessedEnd {
                return [.undecodedBytes(file: file.name, format: formatName, count: unreadByteCount)]
            }
            // A guess of the length is a frame or two too long.
            guard let declaredFrameCount, declaredFrameCount - frameCount > 2 * 1_152 else { return [] }
            return [
                .truncated(
                    file: file.name, format: formatName, decodedDuration: Double(frameCount) / rate,
                    declaredDuration: Double(declaredFrameCount) / rate)
            ]
        default:
            return []
        }
    }
}
