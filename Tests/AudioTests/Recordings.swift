import Audio
import Foundation
import TestSupport

extension TemporaryDirectory {
    /// Writes a recording whose name does not matter, over the one before.
    func write(_ bytes: [UInt8]) throws -> String { try write(bytes, "test.wav") }
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
