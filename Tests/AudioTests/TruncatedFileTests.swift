import Audio
import Foundation
import TestSupport
import Testing

/// Files that end too early, or do not say where they end.
struct TruncatedFileTests {
    let directory: TemporaryDirectory

    init() throws {
        directory = try TemporaryDirectory()
    }

    private func cut(_ name: String, to share: Double) throws -> String {
        let whole = try fixture(name)
        return try directory.write(Array(whole.prefix(Int(Double(whole.count) * share))), name)
    }

    @Test(arguments: [0.4, 0.6, 0.9, 0.99])
    func flac(share: Double) throws {
        let path = try cut("chirp.flac", to: share)
        guard case .truncated(path, "FLAC", let duration) = errorOpening(path) else {
            Issue.record("\(String(describing: errorOpening(path)))")
            return
        }
        #expect(duration < 1.5)
        #expect(
            errorOpening(path)?.description.contains("the FLAC file is truncated or damaged after ") == true)
    }

    @Test func flacWithDamageInTheMiddle() throws {
        var damaged = try fixture("chirp.flac")
        for index in 0..<40 { damaged[damaged.count / 2 + index] = 0xAA }
        let path = try directory.write(damaged)
        guard case .truncated(path, "FLAC", _) = errorOpening(path) else {
            Issue.record("\(String(describing: errorOpening(path)))")
            return
        }
    }

    @Test func flacOfUnknownLengthIsAccepted() throws {
        // The last 36 bits of bytes 18 to 25 are the number of samples; 0 means unknown, as in streams.
        var file = try fixture("chirp.flac")
        file[21] &= 0xF0
        for index in 22...25 { file[index] = 0 }
        let recording = try Recording(path: try directory.write(file, "test.flac"))
        #expect(recording.duration == 1.5)
        #expect(recording.warnings.isEmpty)
    }

    @Test(arguments: [0.2, 0.6, 0.95, 0.99])
    func vorbis(share: Double) throws {
        let path = try cut("chirp.ogg", to: share)
        switch errorOpening(path) {
        case .truncated(path, "Ogg Vorbis", _), .corrupt(path, "Ogg", _): break
        case let other: Issue.record("\(String(describing: other))")
        }
    }

    @Test func opusIsReadToItsEnd() throws {
        let path = try cut("chirp.opus", to: 0.95)
        let recording = try Recording(path: path)
        #expect((0.9..<1.5).contains(recording.duration))
        let warning = try #require(recording.warnings.first)
        #expect(warning.description.hasPrefix("\(path): the Ogg Opus file is truncated"))
        #expect(
            relativeError(try samples(of: recording), Signals.chirp(rate: 16_000, amplitude: 0.375)) < 0.1)
    }

    @Test func mp3IsReadWithAWarning() throws {
        let path = try cut("chirp.mp3", to: 0.6)
        let recording = try Recording(path: path)
        #expect((0.6..<1.1).contains(recording.duration))
        let expected = AudioWarning.truncated(
            file: path, format: "MP3", decodedDuration: recording.duration, declaredDuration: 1.5)
        #expect(recording.warnings == [expected])
    }

    /// libsndfile alone guesses 0.9 s from the first frame's bit rate, and stops there.
    @Test func mp3OfVariableBitRateIsReadToItsEnd() throws {
        let recording = try Recording(path: fixturePath("vbr.mp3"))
        #expect((6..<6.1).contains(recording.duration))
        #expect(recording.warnings.isEmpty)
        #expect(try samples(of: recording).suffix(16_000).contains { abs($0) > 0.005 })
        // And so in pieces, which takes a second pass.
        let inPieces = try Recording(
            path: fixturePath("vbr.mp3"), pieceLimit: try #require(PieceLimit(seconds: 2)))
        #expect(try samples(of: inPieces) == samples(of: recording))
    }

    /// The first file's table of contents ends the decoding, so the user is told of the rest.
    @Test func mp3FilesInOne() throws {
        let one = try fixture("chirp.mp3")
        let path = try directory.write(one + one, "two.mp3")
        let recording = try Recording(path: path)
        #expect(recording.duration == 1.5)
        guard case .undecodedBytes(path, "MP3", let count) = recording.warnings.first else {
            Issue.record("\(recording.warnings)")
            return
        }
        #expect((one.count - 2_000...one.count).contains(count))
    }

    @Test(arguments: [UInt32.max, 0x7FFF_F000])
    func streamedWave(size: UInt32) throws {
        let signal = Signals.chirp(rate: 16_000)
        let wave = WaveBytes(claimedDataSize: size, claimedFileSize: size == .max ? size : size + 36)
        let recording = try Recording(path: try directory.write(wave.file(signal)))
        #expect(recording.sampleCount == signal.count)
        #expect(recording.warnings.isEmpty)
    }

    @Test func cutWaveIsReadWithAWarning() throws {
        let whole = WaveBytes().file(Signals.chirp(rate: 16_000))
        let path = try directory.write(Array(whole.dropLast(10_000)))
        let recording = try Recording(path: path)
        #expect(recording.sampleCount == 24_000 - 5_000)
        #expect(recording.warnings == [.missingBytes(file: path, format: "WAV", count: 10_000)])
    }

    @Test func fileThatShrinksBetweenThePasses() throws {
        let whole = WaveBytes().file(Signals.noise(count: 80_000))
        let path = try directory.write(whole)
        let limit = try #require(PieceLimit(seconds: 1))
        for length in [whole.count - 60_000, whole.count - 2, 1_000] {
            let recording = try Recording(path: path, pieceLimit: limit)
            #expect(truncate(path, length) == 0)
            #expect(throws: AudioError.changedWhileReading(file: path)) { try pieces(of: recording) }
            _ = try directory.write(whole)
        }
    }
}
