import Foundation
import ONNXFormat
import Tensors
import Testing

/// A copy of a model directory, one byte of whose weights can be changed at a time.
struct DamagedModel {
    let directory: URL

    init(copying original: URL) throws {
        directory = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        for name in try FileManager.default.contentsOfDirectory(atPath: original.path) {
            let file = original.appending(path: name)
            if try file.resourceValues(forKeys: [.isDirectoryKey]).isDirectory == true { continue }
            // Written anew, because the original may not be writable.
            try Data(contentsOf: file).write(to: directory.appending(path: name))
        }
    }

    /// Changes a weight of a graph, runs `body`, and changes it back.
    ///
    /// - Parameters:
    ///   - element: number of the element within the tensor.
    ///   - mask: is exclusive-ored to the last byte of the element.
    func withDamage<Result>(
        to tensor: Tensor, element: Int, mask: UInt8, in graph: URL, _ body: () async throws -> Result
    ) async throws -> Result {
        let (file, start) = try #require(try place(of: tensor, in: graph))
        let width = tensor.elementType.byteWidth
        let handle = try FileHandle(forUpdating: file)
        defer { try? handle.close() }
        let offset = UInt64(start + element * width + width - 1)
        func flip() throws {
            try handle.seek(toOffset: offset)
            let byte = try #require(try handle.read(upToCount: 1)?.first)
            try handle.seek(toOffset: offset)
            try handle.write(contentsOf: Data([byte ^ mask]))
        }
        try flip()
        defer { try? flip() }
        return try await body()
    }

    /// The file that holds the values, found by searching for them.
    private func place(of tensor: Tensor, in graph: URL) throws -> (URL, Int)? {
        let bytes = tensor.bytes
        let values = Data((0..<bytes.byteCount).map { bytes.unsafeLoad(fromByteOffset: $0, as: UInt8.self) })
        let names = try FileManager.default.contentsOfDirectory(atPath: directory.path)
        for file in [graph] + names.filter({ $0.hasSuffix(".data") }).map({ directory.appending(path: $0) }) {
            if let range = try Data(contentsOf: file).range(of: values) { return (file, range.lowerBound) }
        }
        return nil
    }

    func remove() {
        try? FileManager.default.removeItem(at: directory)
    }
}
