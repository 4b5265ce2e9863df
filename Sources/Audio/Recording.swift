/// A recording that was read through once, found to be sound, and is ready to be read again in pieces.
///
/// The first pass finds what is wrong with a file before any text of it is produced, its true duration, and
/// the peak by which the official implementation divides the whole recording if it exceeds 1. It keeps the
/// samples of a recording that fits one piece; a longer one is decoded a second time by ``pieces()``. So memory
/// is bounded by the length of a piece, however long the file is.
package struct Recording: Sendable {
    /// The file as the user named it.
    package let name: String
    /// The true duration in seconds, without any padding.
    package let duration: Double
    /// The number of samples at 16 kHz, without any padding.
    package let sampleCount: Int
    /// The largest magnitude among the samples before any division.
    package let peak: Float
    /// The container and codec, "Ogg Opus" for example.
    package let format: String
    /// Samples per second and channel in the file.
    package let sourceRate: Int
    /// Channels in the file.
    package let channelCount: Int
    /// How long the pieces are to be.
    package let pieceLimit: PieceLimit
    /// What the user should be told although all goes on.
    package let warnings: [AudioWarning]

    private let source: Source

    /// Where ``pieces()`` takes the samples from.
    private enum Source: Sendable {
        /// All samples, already divided.
        case memory([Float])
        /// Decoded once more; see ``SoundFile/init(_:pretendsToBeLonger:)``.
        case file(InputFile, pretendsToBeLonger: Bool)
    }

    /// Opens and checks the file at `path`; `-` is standard input.
    ///
    /// - Throws: any ``AudioError``.
    /// - Complexity: O(length of the recording) in time.
    package init(path: String, pieceLimit: PieceLimit = .standard) throws(AudioError) {
        try self.init(InputFile(path: path), pieceLimit: pieceLimit)
    }

    /// Checks an open file.
    package init(_ file: InputFile, pieceLimit: PieceLimit = .standard) throws(AudioError) {
        if file.size == 0 { throw .emptyFile(file: file.name) }
        let header = try ContainerHeader(of: file)
        if header?.isUnfinished == true { throw .unfinishedHeader(file: file.name) }

        var scan = try AudioScan(file, pieceLimit: pieceLimit, pretendsToBeLonger: false)
        var pretendsToBeLonger = false
        if scan.stoppedAtGuessedEnd {
            let longerScan = try AudioScan(file, pieceLimit: pieceLimit, pretendsToBeLonger: true)
            if longerScan.frameCount > scan.frameCount {
                scan = longerScan
                pretendsToBeLonger = true
            }
        }
        if scan.frameCount == 0 { throw .noAudio(file: file.name) }

        name = file.name
        duration = Double(scan.frameCount) / Double(scan.sourceRate)
        sampleCount = scan.sampleCount
        peak = scan.peak
        format = scan.formatName
        sourceRate = scan.sourceRate
        channelCount = scan.channelCount
        warnings = scan.warnings(header: header, file: file, pretendsToBeLonger: pretendsToBeLonger)
        self.pieceLimit = pieceLimit
        source =
            if let held = scan.heldSamples {
                .memory(Self.divided(held, byPeak: scan.peak))
            } else {
                .file(file, pretendsToBeLonger: pretendsToBeLonger)
            }
    }

    /// Takes mono samples at 16 kHz that are in memory already; `name` is for messages.
    ///
    /// - Throws: `noAudio`, `notFinite`.
    package init(samples: [Float], name: String, pieceLimit: PieceLimit = .standard) throws(AudioError) {
        guard !samples.isEmpty else { throw .noAudio(file: name) }
        if let first = samples.firstIndex(where: { !$0.isFinite }) {
            throw .notFinite(
                file: name, count: samples.count { !$0.isFinite }, frame: first, channel: 0,
                seconds: Double(first) / Double(SpeechFormat.sampleRate))
        }
        self.name = name
        duration = Double(samples.count) / Double(SpeechFormat.sampleRate)
        sampleCount = samples.count
        peak = samples.reduce(0) { max($0, abs($1)) }
        format = "samples"
        sourceRate = SpeechFormat.sampleRate
        channelCount = 1
        warnings = []
        self.pieceLimit = pieceLimit
        source = .memory(Self.divided(samples, byPeak: peak))
    }

    /// Within ±1, as the official implementation makes it: only what exceeds 1 is divided.
    private static func divided(_ samples: [Float], byPeak peak: Float) -> [Float] {
        peak > 1 ? samples.map { $0 / peak } : samples
    }

    /// The recording from its start, in pieces. Can be called any number of times; each result reads on its own.
    ///
    /// - Throws: what opening the decoder throws, for a recording of more than one piece.
    package func pieces() throws(AudioError) -> AudioPieces {
        switch source {
        case .memory(let samples):
            return AudioPieces(of: name, buffer: samples, sampleCount: sampleCount, limit: pieceLimit)
        case .file(let file, let pretendsToBeLonger):
            let stream = try SampleStream(file, pretendsToBeLonger: pretendsToBeLonger)
            return AudioPieces(
                of: name, source: stream, sampleCount: sampleCount, divisor: max(peak, 1), limit: pieceLimit)
        }
    }
}
