package import Foundation
import ONNXFormat

/// A copy of the toy model's directory, to be damaged; it goes with its last reference.
package final class ModelCopy: Sendable {
    /// What a change cannot be made to.
    package struct Missing: Error, CustomStringConvertible {
        package let description: String
    }

    /// Holds the model, and beside it what must not be read.
    private let parent: TemporaryDirectory
    package let url: URL

    package static let files = [
        "config.json", "decoder_init.onnx", "decoder_step.onnx", "decoder_weights.data", "embed_tokens.bin",
        "encoder.onnx", "tokenizer.json",
    ]

    package init() throws {
        parent = try TemporaryDirectory()
        url = parent.file("model")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        for name in Self.files {
            let source = Fixtures.directory.appending(path: "toy").appending(path: name)
            try FileManager.default.copyItem(at: source, to: url.appending(path: name))
        }
    }

    package func file(_ name: String) -> URL { url.appending(path: name) }

    package func bytes(_ name: String) throws -> [UInt8] { Array(try Data(contentsOf: file(name))) }

    package func write(_ bytes: [UInt8], _ name: String) throws {
        try Data(bytes).write(to: file(name))
    }

    package func remove(_ name: String) throws {
        try FileManager.default.removeItem(at: file(name))
    }

    /// Puts a link in place of a file.
    package func link(_ name: String, to target: String) throws {
        try? remove(name)
        try FileManager.default.createSymbolicLink(atPath: file(name).path, withDestinationPath: target)
    }

    /// Moves a file to another place below the parent directory, such as `../elsewhere`.
    package func move(_ name: String, to target: String) throws {
        let destination = file(target).standardized
        try FileManager.default.createDirectory(
            at: destination.deletingLastPathComponent(), withIntermediateDirectories: true)
        try FileManager.default.moveItem(at: file(name), to: destination)
    }

    /// Cuts a file, or extends it by zeros that take no space.
    package func resize(_ name: String, to byteCount: Int) throws {
        let handle = try FileHandle(forWritingTo: file(name))
        try handle.truncate(atOffset: UInt64(byteCount))
        try handle.close()
    }
}

// MARK: Changes to one thing

extension ModelCopy {
    /// Replaces text that must be there.
    package func replace(_ old: String, by new: String, in name: String) throws {
        let text = try String(contentsOf: file(name), encoding: .utf8)
        guard let range = text.range(of: old) else { throw Missing(description: "\(name) lacks \(old)") }
        try write(Array(text.replacingCharacters(in: range, with: new).utf8), name)
    }

    /// Changes a `ModelProto`.
    package func editModel(_ name: String, _ change: (inout MessageFields) -> Bool) throws {
        var model = MessageFields(try bytes(name))
        guard change(&model) else { throw Missing(description: "\(name) lacks what is to be changed") }
        try write(model.encoded, name)
    }

    /// Changes the `GraphProto` of a model.
    package func editGraph(
        _ name: String = "decoder_init.onnx", _ change: (inout MessageFields) -> Bool
    ) throws {
        try editModel(name) { model in
            var isChanged = false
            return model.edit(7) { isChanged = change(&$0) } && isChanged
        }
    }

    /// Changes an initializer, a `TensorProto`.
    package func editTensor(
        _ tensor: String, in name: String = "decoder_init.onnx", _ change: (inout MessageFields) -> Void
    ) throws {
        try editGraph(name) { $0.edit(5, naming: (8, tensor), change) }
    }

    /// Appends a node that makes the whole numbers below `limit`, which nothing reads.
    package func appendRange(to limit: Int) throws {
        try append { graph in
            for (name, value) in [("first", 0), ("limit", limit), ("step", 1)] {
                graph.initializer(name, type: 7, []) { $0.int(7, value) }
            }
            graph.node("Range", ["first", "limit", "step"], ["numbers"])
        }
    }

    /// Appends fields to the graph.
    func append(to name: String = "decoder_init.onnx", _ body: ModelWriter.Body) throws {
        try editGraph(name) {
            $0.append(body)
            return true
        }
    }
}
