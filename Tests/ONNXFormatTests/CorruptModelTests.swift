import Foundation
import ONNXFormat
import TestSupport
import Testing

/// Bytes that are no model.
@Suite("Corrupt models")
struct CorruptModelTests {
    let directory: TemporaryDirectory

    init() throws {
        directory = try TemporaryDirectory()
    }

    @Test("garbage")
    func garbage() throws {
        let cases: [[UInt8]] = [
            [], [0], [0xFF], Array("<!DOCTYPE html>".utf8), Array("version https://git-lfs".utf8),
            [UInt8](repeating: 0xFF, count: 1_000), [UInt8](repeating: 0, count: 1_000), [0x08, 0x0A],
            // Groups, a field number of 0, a length of 2⁶⁴−1.
            [0x3B, 0x3C], [0x02, 0x00], [0x3A] + [UInt8](repeating: 0xFF, count: 9) + [0x01],
        ]
        for bytes in cases {
            #expect(try directory.refusal(of: bytes).hasPrefix("truncated or corrupt: "), "\(bytes)")
        }
    }

    @Test("no version, no graph, two graphs, a field of the wrong type")
    func structure() throws {
        let graph = ModelWriter.model(irVersion: 0) { _ in }
        #expect(try directory.refusal(of: graph) == "truncated or corrupt: it has no version of the format")
        let headless = ModelWriter.message { $0.int(1, 10) }
        #expect(try directory.refusal(of: headless) == "truncated or corrupt: it has no graph")
        let twice = ModelWriter.model(extra: { $0.message(7) { _ in } }) { _ in }
        #expect(try directory.refusal(of: twice).hasPrefix("truncated or corrupt: field 7 occurs twice"))
        let number = ModelWriter.message { $0.int(7, 1) }
        #expect(try directory.refusal(of: number).contains("field 7 has the wrong type"))
        let name = ModelWriter.model { $0.int(2, 1) }
        #expect(try directory.refusal(of: name).contains("truncated or corrupt"))
    }

    @Test("a Git LFS pointer in place of the file")
    func largeFilePointer() throws {
        let pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n"
        #expect(try directory.refusal(of: Array(pointer.utf8)).contains("Git LFS pointer"))
    }

    @Test("a missing file, and a path with NUL")
    func missingFile() throws {
        let path = directory.path("none.onnx")
        let error = try #require(throws: ModelFormatError.self) { _ = try Model.load(path: path) }
        #expect(error == ModelFormatError(path: path, .cannotOpen(reason: "No such file or directory")))
        #expect(throws: ModelFormatError.self) { _ = try Model.load(path: "a\0b") }
    }

    @Test("2 GiB and more")
    func tooLarge() throws {
        let path = try directory.write([], "model.onnx")
        let handle = try FileHandle(forWritingTo: URL(filePath: path))
        try handle.truncate(atOffset: 1 << 31)
        try handle.close()
        let error = try #require(throws: ModelFormatError.self) { _ = try Model.load(path: path) }
        #expect(error.description.contains("truncated or corrupt: 2147483648 bytes"))
    }

    /// Graphs in attributes of nodes in graphs, with the lengths of protobuf counted from the inside out.
    private static func nested(_ depth: Int) -> [UInt8] {
        var graph: [UInt8] = []
        for _ in 0..<depth {
            graph = ModelWriter.message { outer in
                outer.message(1) { node in
                    node.text(4, "If")
                    node.message(5) { attribute in
                        attribute.text(1, "then_branch")
                        attribute.int(20, 5)
                        attribute.bytes(6, graph)
                    }
                }
            }
        }
        return ModelWriter.model { $0.append(graph) }
    }

    @Test("nesting is bounded", arguments: [21, 1_000, 10_000])
    func nesting(depth: Int) throws {
        #expect(try directory.load(Self.nested(20)).graph.nodes.count == 1)
        #expect(
            try directory.refusal(of: Self.nested(depth)) == "messages are nested more than 64 deep")
    }

    @Test("nesting of unknown fields, and of types, is not looked into")
    func nestingElsewhere() throws {
        var deep: [UInt8] = []
        for _ in 0..<10_000 { deep = ModelWriter.message { $0.bytes(4, deep) } }
        let unknown = ModelWriter.model(extra: { $0.bytes(6, deep) }) { _ in }
        #expect(try directory.load(unknown).graph.nodes.isEmpty)
        let sequences = ModelWriter.model { graph in
            graph.message(11) {
                $0.text(1, "x")
                $0.bytes(2, deep)
            }
        }
        #expect(try directory.refusal(of: sequences) == #"sequence "x" is not supported"#)
    }

    @Test("a file that unpacks to far more than its size")
    func amplification() throws {
        // Empty nodes: two bytes each.
        let nodes = [[UInt8]](repeating: [0x0A, 0x00], count: 2 << 20).flatMap { $0 }
        let message = try directory.refusal(of: ModelWriter.model { $0.append(nodes) })
        #expect(message.contains("unpacks to more than"))
    }
}
