import Audio
import Foundation
import TestSupport
import Testing

/// Files that are refused, and what the message must name.
struct BadFileTests {
    let directory: TemporaryDirectory

    init() throws {
        directory = try TemporaryDirectory()
    }

    @Test func emptyFile() throws {
        let path = try directory.write([])
        #expect(errorOpening(path) == .emptyFile(file: path))
    }

    @Test func missingFile() {
        let path = directory.path("absent.wav")
        #expect(errorOpening(path) == .fileNotFound(file: path))
        #expect(errorOpening(path)?.isMissingInput == true)
        #expect(errorOpening(path)?.description == "\(path): no such file")
        #expect(errorOpening("") == .fileNotFound(file: ""))
        #expect(errorOpening("a\0b") == .fileNotFound(file: "a\0b"))
    }

    @Test func notRegularFiles() throws {
        let pipe = directory.path("pipe.wav")
        #expect(mkfifo(pipe, 0o600) == 0)
        #expect(errorOpening(pipe) == .notRegularFile(file: pipe, kind: "a pipe"))
        let folder = directory.url.path
        #expect(errorOpening(folder) == .notRegularFile(file: folder, kind: "a directory"))
        #expect(errorOpening("/dev/zero") == .notRegularFile(file: "/dev/zero", kind: "a device"))
        #expect(errorOpening(folder)?.description.contains("not a regular file") == true)
        #expect(errorOpening(folder)?.isMissingInput == false)
    }

    @Test(arguments: [
        ("chirp.m4a", "M4A (MP4)"), ("chirp.webm", "WebM"), ("chirp.mka", "Matroska"), ("chirp.aac", "AAC"),
    ])
    func foreignFormats(name: String, format: String) throws {
        let path = fixturePath(name)
        let error = try #require(errorOpening(path))
        #expect(error == .unsupportedFormat(file: path, format: format))
        #expect(error.description.contains("\(path): \(format) is not"))
        #expect(error.description.contains("ffmpeg -i "))
        #expect(error.description.hasSuffix(" -ar 16000 -ac 1 out.wav"))
    }

    @Test(arguments: [
        (Array("Hello, this is text — not sound.\n".utf8), "text"),
        (Array("%PDF-1.7\n".utf8), "PDF"),
        (Array("RIFF\u{10}\0\0\0AVI LIST".utf8), "AVI"),
        ([UInt8](repeating: 0, count: 5_000), "this kind of file"),
        ([1, 2, 3], "this kind of file"),
    ])
    func foreignBytes(bytes: [UInt8], format: String) throws {
        let path = try directory.write(bytes)
        #expect(errorOpening(path) == .unsupportedFormat(file: path, format: format))
    }

    @Test func suggestionQuotesTheName() throws {
        let path = try directory.write(Array("text".utf8), "it's a talk.txt")
        let quoted = path.replacingOccurrences(of: "'", with: "'\\''")
        #expect(errorOpening(path)?.description.contains("ffmpeg -i '\(quoted)' -ar") == true)
    }

    @Test(arguments: 1...30)
    func randomBytes(seed: UInt64) throws {
        var generator = Signals.Generator(state: seed)
        let noise = (0..<4_000).map { _ in UInt8.random(in: 0...255, using: &generator) }
        let path = try directory.write(noise)
        #expect(errorOpening(path) != nil)
    }

    @Test(
        arguments: ["chirp.flac", "chirp.ogg", "chirp.opus", "chirp.mp3", "mel.wav"],
        1...12 as ClosedRange<UInt64>)
    func damagedBytes(name: String, seed: UInt64) throws {
        // Whatever comes out, it is an error or samples, not a crash, and both passes agree.
        var generator = Signals.Generator(state: seed)
        var damaged = try fixture(name)
        for _ in 0..<Int.random(in: 1...40, using: &generator) {
            damaged[Int.random(in: 0..<damaged.count, using: &generator)] = .random(
                in: 0...255, using: &generator)
        }
        let path = try directory.write(damaged)
        guard let limit = PieceLimit(seconds: 1) else { return }
        do throws(AudioError) {
            let recording = try Recording(path: path, pieceLimit: limit)
            var pieces = try recording.pieces()
            var count = 0
            while let piece = try pieces.next() { count += piece.sampleCount }
            #expect(count == recording.sampleCount)
        } catch {
            #expect(error.description.hasPrefix(path))
        }
    }

    @Test func headerWithoutData() throws {
        let empty = try directory.write(WaveBytes().file([]))
        #expect(errorOpening(empty) == .noAudio(file: empty))
        let cutAfterHeader = try directory.write(WaveBytes().header(dataSize: 8_000))
        #expect(errorOpening(cutAfterHeader) == .noAudio(file: cutAfterHeader))
    }

    @Test(arguments: [0, 36] as [UInt32])
    func unfinishedHeader(fileSize: UInt32) throws {
        let wave = WaveBytes(claimedDataSize: 0, claimedFileSize: fileSize)
        let path = try directory.write(wave.file(Signals.chirp(rate: 16_000)))
        #expect(errorOpening(path) == .unfinishedHeader(file: path))
        #expect(errorOpening(path)?.description.contains("header is unfinished") == true)
    }

    @Test(arguments: [4, 12, 20, 30, 36, 40])
    func cutHeader(length: Int) throws {
        let path = try directory.write(Array(WaveBytes().file([0.1, 0.2]).prefix(length)))
        let error = try #require(errorOpening(path))
        guard case .corrupt(path, "WAV", _) = error else {
            Issue.record("\(error)")
            return
        }
    }

    @Test(arguments: [0, 1_000, 3_999, 384_001, 2_147_483_647, 4_294_967_295])
    func sampleRates(rate: Int) throws {
        let path = try directory.write(WaveBytes(rate: rate).file(Signals.noise(count: 1_000)))
        switch errorOpening(path) {
        case .unsupportedSampleRate(path, rate): break
        case .corrupt(path, "WAV", _): #expect(rate == 0 || rate > Int32.max)
        case let other: Issue.record("\(String(describing: other))")
        }
    }

    @Test func channelCounts() throws {
        let most = try directory.write(WaveBytes(channelCount: 64).file(Signals.noise(count: 10_000)))
        #expect(errorOpening(most) == nil)
        let tooMany = try directory.write(WaveBytes(channelCount: 65).file(Signals.noise(count: 100)))
        #expect(errorOpening(tooMany) == .tooManyChannels(file: tooMany, count: 65))
        for count in [0, 2_000] {
            let path = try directory.write(WaveBytes(channelCount: count).file(Signals.noise(count: 100)))
            guard case .corrupt(path, "WAV", _) = errorOpening(path) else {
                Issue.record("\(count) channels: \(String(describing: errorOpening(path)))")
                continue
            }
        }
    }

    @Test(arguments: [16_000, 48_000], [Float.nan, .infinity, -.infinity])
    func notFiniteSamples(rate: Int, value: Float) throws {
        var values = Signals.chirp(rate: rate).flatMap { [$0, $0] }
        values[2 * 12_000 + 1] = value
        values[2 * 20_000] = .nan
        let wave = WaveBytes(coding: .float32, rate: rate, channelCount: 2)
        let path = try directory.write(wave.file(data: values.flatMap { bytes($0.bitPattern) }))
        let error = try #require(errorOpening(path))
        let position = 12_000 / Double(rate)
        #expect(error == .notFinite(file: path, count: 2, frame: 12_000, channel: 1, seconds: position))
        #expect(error.description.contains("2 samples are NaN or infinite"))
        #expect(error.description.contains("frame 12000 (at 0.\(rate == 16_000 ? 75 : 25) s) of channel 2"))
    }

    @Test func overflowingSamples() throws {
        let values = [Float](repeating: .greatestFiniteMagnitude, count: 4_000)
        let wave = WaveBytes(coding: .float32, channelCount: 2)
        let path = try directory.write(wave.file(data: values.flatMap { bytes($0.bitPattern) }))
        #expect(errorOpening(path) == .overflow(file: path))
    }
}
