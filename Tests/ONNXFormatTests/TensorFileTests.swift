import Foundation
import ONNXFormat
import Tensors
import TestSupport
import Testing

@Suite("Tensor files")
struct TensorFileTests {
    let directory: TemporaryDirectory

    init() throws {
        directory = try TemporaryDirectory()
    }

    private func roundTrip<Element: TensorElement & Equatable>(_ values: [Element], _ shape: Shape) throws {
        let path = directory.path("tensor.pb")
        try TensorFile.write(Tensor(values, shape: shape), name: "näme", to: path)
        let (name, tensor) = try TensorFile.read(path: path)
        #expect(name == "näme")
        #expect(tensor.shape == shape)
        #expect(tensor.array(Element.self) == values)
    }

    @Test("what is written is read")
    func roundTrip() throws {
        try roundTrip([Float(1), 2, 3, 4, 5, 6], [2, 3])
        try roundTrip([Float16(1), 2], [2, 1])
        try roundTrip([Int64.min, .max], [2])
        try roundTrip([true, false, true], [3])
        try roundTrip([UInt8(7)], [])
        try roundTrip([Double](), [3, 0])
        try roundTrip((0..<70_000).map { Float($0) }, [7, 10_000])
        // Nothing but the file is left.
        let files = try FileManager.default.contentsOfDirectory(atPath: directory.url.path)
        #expect(files == ["tensor.pb"])
    }

    @Test("a strided view is written in row-major order")
    func strided() throws {
        let tensor = Tensor([Int32(1), 2, 3, 4, 5, 6], shape: [2, 3]).transposed([1, 0])
        let path = directory.path("tensor.pb")
        try TensorFile.write(tensor, name: "", to: path)
        #expect(try TensorFile.read(path: path).tensor.array(Int32.self) == [1, 4, 2, 5, 3, 6])
    }

    @Test("a file that cannot be written is an error with its path")
    func cannotWrite() throws {
        let path = directory.path("none/tensor.pb")
        let error = try #require(throws: ModelFormatError.self) {
            try TensorFile.write(Tensor([Float(1)]), name: "", to: path)
        }
        #expect(error.description == "\(path): cannot be written: No such file or directory")
    }

    @Test("external data and garbage are refused")
    func refusals() throws {
        func refusal(_ bytes: [UInt8]) throws -> String {
            let path = try directory.write(bytes, "tensor.pb")
            let error = try #require(throws: ModelFormatError.self) { _ = try TensorFile.read(path: path) }
            return error.problem.description
        }
        let external = ModelWriter.message {
            $0.tensorHead("t", type: 1, [1])
            $0.external("data", length: "4")
        }
        #expect(try refusal(external) == #"tensor "t": external data of a tensor file is not supported"#)
        #expect(try refusal([]).contains("truncated or corrupt"))
        #expect(try refusal(Array("not a tensor".utf8)).contains("truncated or corrupt"))
    }

    @Test("reference tensors", .enabled(if: Fixtures.hasReferenceData))
    func referenceTensors() throws {
        let folder = try #require(Fixtures.referenceData).appending(path: "reference")
        let files = try #require(FileManager.default.enumerator(at: folder, includingPropertiesForKeys: nil))
        var count = 0
        for case let file as URL in files where file.pathExtension == "pb" {
            let (name, tensor) = try TensorFile.read(path: file.path)
            #expect(!name.isEmpty)
            let path = directory.path("again.pb")
            try TensorFile.write(tensor, name: name, to: path)
            let again = try TensorFile.read(path: path)
            #expect(again.name == name)
            #expect(again.tensor.shape == tensor.shape)
            #expect(again.tensor.elementType == tensor.elementType)
            count += 1
        }
        #expect(count > 100)
    }
}
