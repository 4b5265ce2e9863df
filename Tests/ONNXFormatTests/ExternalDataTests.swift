import Foundation
import Glibc
import ONNXFormat
import Tensors
import TestSupport
import Testing

/// Values in files beside the model: where they may be, and how much of them there must be.
@Suite("External data")
struct ExternalDataTests {
    let directory: TemporaryDirectory

    init() throws {
        directory = try TemporaryDirectory()
    }

    /// A model of one tensor of two floats.
    private func model(_ entries: ModelWriter.Body) -> [UInt8] {
        ModelWriter.model { $0.initializer("w", [2], entries) }
    }

    private func model(
        _ location: String, offset: String? = nil, length: String? = nil
    ) -> [UInt8] {
        model { $0.external(location, offset: offset, length: length) }
    }

    private static let twoFloats: [UInt8] = [0, 0, 128, 63, 0, 0, 0, 64]

    private func values(_ model: Model) -> [Float]? {
        model.graph.initializers["w"]?.array(Float.self)
    }

    @Test("offset and length are optional")
    func optional() throws {
        try directory.write([9, 9, 9, 9] + Self.twoFloats, "data")
        #expect(try values(directory.load(model("data", offset: "4", length: "8"))) == [1, 2])
        #expect(try values(directory.load(model("data", offset: "4"))) == [1, 2])
        try directory.write(Self.twoFloats + [9, 9], "data")
        #expect(try values(directory.load(model("data"))) == [1, 2])
        try directory.write(Self.twoFloats, "deep/er/data")
        #expect(try values(directory.load(model("./deep/er/data", length: "8"))) == [1, 2])
    }

    @Test(
        "locations outside of the model directory",
        arguments: [
            "", "/etc/passwd", "..", "../data", "a/../../data", "a/..", "/", "data\0", "\0",
        ])
    func escapes(location: String) throws {
        try directory.write(Self.twoFloats, "data")
        let message = try directory.refusal(of: model(location, length: "8"))
        #expect(message.hasPrefix(#"tensor "w": external data ""#))
        #expect(message.hasSuffix(" escapes the model directory"))
    }

    @Test("a location that is not UTF-8, is missing, or is given twice")
    func badLocation() throws {
        let latin = try directory.refusal(of: model { $0.external([("location", [0xFF, 0x61])]) })
        #expect(latin.hasSuffix("escapes the model directory"))
        let missing = try directory.refusal(of: model { $0.external([("offset", [48])]) })
        #expect(missing == #"tensor "w": external data has no location"#)
        let twice = try directory.refusal(
            of: model { $0.external([("location", [97]), ("location", [98])]) })
        #expect(twice == #"tensor "w": external data has "location" twice"#)
    }

    @Test(
        "numbers that are none",
        arguments: ["-1", "", "abc", "1.0", "0x10", " 4", "+4", "99999999999999999999", "٤"])
    func badNumbers(number: String) throws {
        try directory.write(Self.twoFloats, "data")
        let offset = try directory.refusal(of: model("data", offset: number, length: "8"))
        #expect(offset.contains("external data has the offset \"\(number)\", which is not a number"))
        let length = try directory.refusal(of: model("data", length: number))
        #expect(length.contains("external data has the length \"\(number)\", which is not a number"))
    }

    @Test("a length that the tensor does not have", arguments: ["0", "7", "9", "9223372036854775807"])
    func wrongLength(length: String) throws {
        try directory.write(Self.twoFloats + Self.twoFloats, "data")
        let message = try directory.refusal(of: model("data", length: length))
        #expect(message == #"tensor "w": float32 [2] takes 8 bytes, found \#(length)"#)
    }

    @Test("a data file that is too short", arguments: [1, 8, 1_000, Int.max - 7, Int.max])
    func tooShort(offset: Int) throws {
        let path = try directory.write(Self.twoFloats, "data")
        let needed = UInt(offset) + 8
        for length in ["8", nil] {
            let message = try directory.refusal(of: model("data", offset: "\(offset)", length: length))
            #expect(
                message.hasSuffix(
                    "\(path.debugDescription): file has 8 bytes, needs \(needed) (8 at offset \(offset))"))
        }
    }

    @Test("an empty or a missing data file")
    func missing() throws {
        #expect(try directory.refusal(of: model("data")).hasSuffix(": No such file or directory"))
        try directory.write([], "data")
        #expect(try directory.refusal(of: model("data")).contains("file has 0 bytes, needs 8"))
    }

    @Test("directories, FIFOs and devices", .timeLimit(.minutes(1)))
    func notRegular() throws {
        try FileManager.default.createDirectory(
            atPath: directory.path("folder"), withIntermediateDirectories: true)
        mkfifo(directory.path("fifo"), 0o600)
        for name in ["folder", "fifo"] {
            #expect(try directory.refusal(of: model(name)).hasSuffix("is not a regular file"))
        }
        for path in [directory.path("folder"), directory.path("fifo"), "/dev/zero"] {
            let error = try #require(throws: ModelFormatError.self) { _ = try Model.load(path: path) }
            #expect(error.description == "\(path): not a regular file")
        }
    }

    @Test("weights are mapped once for models that are loaded together")
    func sharing() throws {
        try directory.write(Self.twoFloats, "data")
        try directory.link("alias", to: "data")
        let weights = WeightFiles()
        let first = try directory.load(model("data"), weights: weights)
        let second = try directory.load(model("alias"), weights: weights)
        let a = try #require(first.graph.initializers["w"])
        let b = try #require(second.graph.initializers["w"])
        #expect(a.hasSameAddress(as: b))
        #expect(weights.byteCount == 8)
        let apart = try #require(try directory.load(model("data")).graph.initializers["w"])
        #expect(!a.hasSameAddress(as: apart))
    }

    @Test("data past 4 GiB")
    func largeFile() throws {
        let path = try directory.write([], "data")
        let offset = 5 << 30
        let handle = try FileHandle(forWritingTo: URL(filePath: path))
        try handle.seek(toOffset: UInt64(offset))
        try handle.write(contentsOf: Self.twoFloats)
        try handle.close()
        let model = try directory.load(model("data", offset: "\(offset)", length: "8"))
        #expect(values(model) == [1, 2])
    }
}

// MARK: Links

extension ExternalDataTests {
    @Test("a link out of the directory is refused")
    func linkOut() throws {
        let outside = try TemporaryDirectory()
        try outside.write(Self.twoFloats, "data")
        try directory.link("data", to: outside.path("data"))
        try directory.link("folder", to: outside.url.path)
        for location in ["data", "folder/data"] {
            let message = try directory.refusal(of: model(location))
            #expect(message == #"tensor "w": external data "\#(location)" escapes the model directory"#)
        }
        try directory.link("dangling", to: "nowhere")
        #expect(try directory.refusal(of: model("dangling")).hasSuffix(": No such file or directory"))
        try directory.link("loop", to: "loop")
        #expect(try directory.refusal(of: model("loop")).hasSuffix("symbolic links"))
    }

    @Test("a Hugging Face cache loads")
    func cache() throws {
        try directory.write(model("decoder.data", length: "8"), "blobs/aaaa")
        try directory.write(Self.twoFloats, "blobs/bbbb")
        try directory.link("snapshots/1234/decoder.onnx", to: "../../blobs/aaaa")
        try directory.link("snapshots/1234/decoder.data", to: "../../blobs/bbbb")
        let path = directory.path("snapshots/1234/decoder.onnx")
        #expect(try values(Model.load(path: path)) == [1, 2])

        // But nothing next to the blobs.
        try directory.write(Self.twoFloats, "secret")
        try directory.link("snapshots/1234/other", to: "../../secret")
        try directory.write(model("other"), "blobs/aaaa")
        let error = try #require(throws: ModelFormatError.self) { _ = try Model.load(path: path) }
        #expect(error.description.hasSuffix(#"external data "other" escapes the model directory"#))
    }

    @Test("a link to the model alone, and a linked directory, load")
    func linkedModel() throws {
        try directory.write(model("data"), "models/model.onnx")
        try directory.write(Self.twoFloats, "models/data")
        try directory.link("elsewhere/alias.onnx", to: "../models/model.onnx")
        try directory.link("linked", to: "models")
        #expect(try values(Model.load(path: directory.path("elsewhere/alias.onnx"))) == [1, 2])
        #expect(try values(Model.load(path: directory.path("linked/model.onnx"))) == [1, 2])
    }

    @Test("a path relative to the working directory")
    func relativePath() async throws {
        try directory.write(model("data"), "model.onnx")
        try directory.write(Self.twoFloats, "data")
        await #expect(processExitsWith: .success) { [home = directory.url.path as String] in
            try #require(chdir(home) == 0)
            let model = try Model.load(path: "model.onnx")
            try #require(model.graph.initializers["w"]?.array(Float.self) == [1, 2])
        }
    }
}
