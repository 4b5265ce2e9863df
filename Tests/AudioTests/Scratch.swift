import Audio
import Foundation
import TestSupport

/// A temporary directory with the files of one test; gone when the value is.
final class Scratch {
    let directory: URL

    init() throws {
        directory = FileManager.default.temporaryDirectory.appending(path: "audio-tests-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    }

    deinit {
        try? FileManager.default.removeItem(at: directory)
    }

    /// The path of `name` in the directory.
    func path(_ name: String) -> String { directory.appending(path: name).path }

    /// Writes a file and returns its path.
    func write(_ bytes: [UInt8], as name: String = "test.wav") throws -> String {
        try Data(bytes).write(to: directory.appending(path: name))
        return path(name)
    }
}

/// The bytes of a file in `Tests/Fixtures/audio`.
func fixture(_ name: String) throws -> [UInt8] {
    Array(try Data(contentsOf: Fixtures.directory.appending(path: "audio").appending(path: name)))
}

/// The path of a file in `Tests/Fixtures/audio`.
func fixturePath(_ name: String) -> String {
    Fixtures.directory.appending(path: "audio").appending(path: name).path
}

/// All pieces of a recording.
func pieces(of recording: Recording) throws -> [AudioPiece] {
    var pieces = try recording.pieces()
    var result: [AudioPiece] = []
    while let piece = try pieces.next() { result.append(piece) }
    return result
}

/// The samples of a recording without padding.
func samples(of recording: Recording) throws -> [Float] {
    try pieces(of: recording).flatMap { $0.samples[..<$0.sampleCount] }
}

/// The error that opening `path` gives, nil if it opens.
func errorOpening(_ path: String) -> AudioError? {
    do throws(AudioError) {
        _ = try Recording(path: path)
        return nil
    } catch {
        return error
    }
}
