import Foundation
import ONNXFormat
import TestSupport
import Testing

extension TemporaryDirectory {
    func link(_ name: String, to target: String) throws {
        let link = file(name)
        try FileManager.default.createDirectory(
            at: link.deletingLastPathComponent(), withIntermediateDirectories: true)
        try FileManager.default.createSymbolicLink(atPath: link.path, withDestinationPath: target)
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
