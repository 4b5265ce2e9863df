import Foundation
import ONNXFormat
import Testing

/// A directory that goes with its last reference.
final class TemporaryDirectory: Sendable {
    let url: URL

    init() throws {
        url = FileManager.default.temporaryDirectory.appending(path: "onnx-format-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    }

    deinit {
        try? FileManager.default.removeItem(at: url)
    }

    func path(_ name: String) -> String { url.appending(path: name).path }

    @discardableResult
    func write(_ bytes: [UInt8], _ name: String) throws -> String {
        let file = url.appending(path: name)
        try FileManager.default.createDirectory(
            at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        // A file that is written over goes to the disk at once on some file systems, and may still be mapped.
        try? FileManager.default.removeItem(at: file)
        try Data(bytes).write(to: file)
        return file.path
    }

    func link(_ name: String, to target: String) throws {
        let file = url.appending(path: name)
        try FileManager.default.createDirectory(
            at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        try FileManager.default.createSymbolicLink(atPath: file.path, withDestinationPath: target)
    }

    /// Writes a model and loads it.
    func load(_ bytes: [UInt8], weights: WeightFiles = WeightFiles()) throws -> Model {
        try Model.load(path: write(bytes, "model.onnx"), weights: weights)
    }

    /// The message with which loading fails.
    func refusal(of bytes: [UInt8]) throws -> String {
        let path = try write(bytes, "model.onnx")
        let error = try #require(throws: ModelFormatError.self) { _ = try Model.load(path: path) }
        #expect(error.description.hasPrefix(path + ": "))
        return String(error.description.dropFirst(path.count + 2))
    }
}
