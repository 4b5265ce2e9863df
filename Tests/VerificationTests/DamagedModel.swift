import Foundation
import ONNXFormat
import Tensors
import TestSupport
import Testing

/// A copy of a model directory, one byte of whose weights can be changed at a time.
struct DamagedModel {
    private let copy: TemporaryDirectory
    var directory: URL { copy.url }

    init(copying original: URL) throws {
        copy = try TemporaryDirectory()
        for name in try FileManager.default.contentsOfDirectory(atPath: original.path) {
            let file = original.appending(path: name)
            if try file.resourceValues(forKeys: [.isDirectoryKey]).isDirectory == true { continue }
            // Written anew, because the original may not be writable.
            try copy.write(Data(contentsOf: file), name)
        }
    }

    /// Changes a weight of a graph, runs `body`, and changes it back.
    ///
    /// - Parameters:
    ///   - name: of the tensor.
    ///   - element: number of the element within the tensor.
    ///   - mask: is exclusive-ored to the last byte of the element.
    func withDamage<Result>(
        to name: String, element: Int, mask: UInt8, in graph: URL, _ body: () async throws -> Result
    ) async throws -> Result {
        let (values, width) = try contents(of: name, in: graph)
        for (file, start) in try places(of: values, in: graph) {
            let offset = UInt64(start + element * width + width - 1)
            try flip(file, at: offset, mask)
            // Other tensors, of other graphs too, may hold the same values.
            guard try contents(of: name, in: graph).values != values else {
                try flip(file, at: offset, mask)
                continue
            }
            defer { try? flip(file, at: offset, mask) }
            return try await body()
        }
        throw DamageError.valuesNotFound(name)
    }

    enum DamageError: Error {
        case valuesNotFound(String)
    }

    private func contents(of name: String, in graph: URL) throws -> (values: Data, elementWidth: Int) {
        let tensor = try #require(try Model.load(path: graph.path).graph.initializers[name])
        let bytes = tensor.bytes
        let values = (0..<bytes.byteCount).map { bytes.unsafeLoad(fromByteOffset: $0, as: UInt8.self) }
        return (Data(values), tensor.elementType.byteWidth)
    }

    /// Where files hold the values.
    private func places(of values: Data, in graph: URL) throws -> [(file: URL, start: Int)] {
        let names = try FileManager.default.contentsOfDirectory(atPath: directory.path).sorted()
        var places: [(URL, Int)] = []
        for file in [graph] + names.filter({ $0.hasSuffix(".data") }).map({ directory.appending(path: $0) }) {
            let content = try Data(contentsOf: file)
            var start = content.startIndex
            while let range = content[start...].range(of: values) {
                places.append((file, range.lowerBound))
                start = range.lowerBound + 1
            }
        }
        return places
    }

    private func flip(_ file: URL, at offset: UInt64, _ mask: UInt8) throws {
        let handle = try FileHandle(forUpdating: file)
        defer { try? handle.close() }
        try handle.seek(toOffset: offset)
        let byte = try #require(try handle.read(upToCount: 1)?.first)
        try handle.seek(toOffset: offset)
        try handle.write(contentsOf: Data([byte ^ mask]))
    }
}
