import Audio
import Foundation
import TestSupport
import Testing

/// The same sound out of every format that is read.
struct FormatTests {
    let directory: TemporaryDirectory

    init() throws {
        directory = try TemporaryDirectory()
    }

    @Test(arguments: WaveBytes.Coding.allCases, [1, 2, 3])
    func waveCodings(coding: WaveBytes.Coding, channelCount: Int) throws {
        let signal = Signals.chirp(rate: 16_000)
        let wave = WaveBytes(coding: coding, channelCount: channelCount)
        let recording = try Recording(path: try directory.write(wave.file(signal)))
        #expect(recording.format == "WAV")
        #expect(recording.sourceRate == 16_000)
        #expect(recording.channelCount == channelCount)
        #expect(recording.sampleCount == signal.count)
        #expect(recording.duration == 1.5)
        #expect(recording.warnings.isEmpty)
        // The channels are the signal, half of it and a third of it.
        let mean = [1, 3 / 4, 11 / 18][channelCount - 1] as Float
        let tolerance =
            switch coding {
            case .unsigned8, .muLaw, .aLaw: 0.03
            case .signed16: 2e-4
            case .signed24, .signed32, .float32, .float64: 2e-6
            }
        #expect(relativeError(try samples(of: recording), signal.map { $0 * mean }) < tolerance)
    }

    @Test(arguments: [4_000, 8_000, 11_025, 22_050, 32_000, 44_100, 44_056, 47_999, 48_000, 96_000, 384_000])
    func sampleRates(rate: Int) throws {
        // At 4 kHz there is room for 2 kHz only, which the sweep reaches after 0.96 s.
        let duration = rate == 4_000 ? 0.75 : 1.5
        let path = try directory.write(
            WaveBytes(coding: .float32, rate: rate).file(Signals.chirp(rate: rate, duration: duration)))
        let recording = try Recording(path: path)
        let expected = Signals.chirp(rate: 16_000, duration: duration)
        #expect(recording.sourceRate == rate)
        #expect(abs(recording.sampleCount - expected.count) <= 1)
        #expect(relativeError(try samples(of: recording), expected) < 1e-3)
    }

    @Test(arguments: [
        ("chirp.flac", "FLAC", 1e-3), ("chirp.ogg", "Ogg Vorbis", 0.1), ("chirp.opus", "Ogg Opus", 0.1),
        ("chirp.mp3", "MP3", 0.1),
    ])
    func compressedFormats(name: String, format: String, tolerance: Double) throws {
        let recording = try Recording(path: fixturePath(name))
        #expect(recording.format == format)
        #expect(recording.duration == 1.5)
        #expect(recording.warnings.isEmpty)
        let expected = Signals.chirp(rate: 16_000, amplitude: 0.375)
        #expect(recording.sampleCount == expected.count)
        let error = relativeError(try samples(of: recording), expected)
        #expect(error < tolerance)
    }

    @Test(arguments: [
        (1, 44_100), (2, 44_100), (3, 48_000), (4, 48_000), (441, 44_100), (442, 44_100), (7_999, 8_000),
        (100_000, 22_050), (123_457, 384_000), (65_536, 44_100), (65_537, 44_100), (131_072, 48_000),
    ])
    func resampledLengths(frames: Int, rate: Int) throws {
        let path = try directory.write(WaveBytes(rate: rate).file(Signals.noise(count: frames)))
        let recording = try Recording(path: path)
        let expected = (frames * 16_000 + rate - 1) / rate
        #expect(recording.sampleCount == expected)
        #expect(SpeechFormat.sampleCount(ofFrames: frames, sourceRate: rate) == expected)
        #expect(try samples(of: recording).count == expected)
        #expect(recording.duration == Double(frames) / Double(rate))
    }

    @Test func peakAboveOneDividesTheWholeRecording() throws {
        var loud = Signals.chirp(rate: 16_000, amplitude: 2, duration: 4)
        loud[50_000] = -4
        let path = try directory.write(WaveBytes(coding: .float32).file(loud))
        let limit = try #require(PieceLimit(seconds: 1))
        for recording in [try Recording(path: path), try Recording(path: path, pieceLimit: limit)] {
            #expect(recording.peak == 4)
            #expect(try samples(of: recording) == loud.map { $0 / 4 })
        }
    }

    @Test func peakUpToOneChangesNothing() throws {
        let signal = Signals.noise(count: 16_000, amplitude: 1)
        let recording = try Recording(path: try directory.write(WaveBytes(coding: .float32).file(signal)))
        #expect(try samples(of: recording) == signal)
    }

    @Test func silenceIsSound() throws {
        let recording = try Recording(
            path: try directory.write(WaveBytes().file([Float](repeating: 0, count: 20_000))))
        #expect(recording.peak == 0)
        #expect(try samples(of: recording) == [Float](repeating: 0, count: 20_000))
    }

    @Test func samplesInMemory() throws {
        let signal = Signals.noise(count: 50_000, amplitude: 3)
        let limit = try #require(PieceLimit(seconds: 1))
        let path = try directory.write(WaveBytes(coding: .float32).file(signal))
        let fromFile = try pieces(of: Recording(path: path, pieceLimit: limit))
        let recording = try Recording(samples: signal, name: "microphone", pieceLimit: limit)
        #expect(recording.duration == 3.125)
        #expect(try pieces(of: recording) == fromFile)
        #expect(throws: AudioError.noAudio(file: "microphone")) {
            try Recording(samples: [], name: "microphone")
        }
        let error = AudioError.notFinite(
            file: "microphone", count: 2, frame: 1, channel: 0, seconds: 1 / 16_000)
        #expect(throws: error) { try Recording(samples: [0, .nan, 0, .infinity], name: "microphone") }
    }

    @Test func recordingsCanBeReadSideBySide() throws {
        let signal = Signals.noise(count: 64_000)
        let limit = try #require(PieceLimit(seconds: 1))
        let path = try directory.write(WaveBytes(coding: .float32).file(signal))
        let recording = try Recording(path: path, pieceLimit: limit)
        var first = try recording.pieces()
        var second = try recording.pieces()
        while let piece = try first.next() { #expect(try second.next() == piece) }
        #expect(try second.next() == nil)
    }

    @Test(arguments: ["mel.wav", "chirp.flac", "chirp.ogg", "chirp.opus", "chirp.mp3"])
    func streamsAreSpooled(name: String) throws {
        let content = try fixture(name)
        let pipe = Pipe()
        // More than a pipe holds is written while it is read.
        let writer = Thread {
            try? pipe.fileHandleForWriting.write(contentsOf: Data(content))
            try? pipe.fileHandleForWriting.close()
        }
        writer.start()
        let file = try InputFile(name: "-", spooling: pipe.fileHandleForReading.fileDescriptor)
        #expect(file.size == content.count)
        #expect(try samples(of: Recording(file)) == samples(of: Recording(path: fixturePath(name))))
    }

    @Test func emptyStream() throws {
        let pipe = Pipe()
        try pipe.fileHandleForWriting.close()
        let file = try InputFile(name: "-", spooling: pipe.fileHandleForReading.fileDescriptor)
        #expect(throws: AudioError.emptyFile(file: "-")) { try Recording(file) }
        #expect(AudioError.emptyFile(file: "-").description == "standard input: the file is empty")
    }
}
