import Foundation
import Tensors
import TestSupport
import Testing

@Suite struct MappedFileTests {
    private let directory: TemporaryDirectory

    init() throws {
        directory = try TemporaryDirectory()
    }

    @Test func unalignedElementsAreReadable() throws {
        let values: [Float] = [1.5, -2, 3]
        let bytes: [UInt8] =
            [7]
            + values.flatMap { value in
                (0..<4).map { UInt8(truncatingIfNeeded: value.bitPattern >> ($0 * 8)) }
            }
        let path = try directory.write(bytes, "mapped")
        let file = try MappedFile(path: path)
        let tensor = try #require(
            Tensor(mapping: file, byteOffset: 1, elementType: .float32, shape: [3]))
        #expect(!tensor.isAligned)
        #expect(tensor.array(Float.self) == values)
    }

    @Test(arguments: [(-4, 1), (0, 3), (9, 0), (Int.max, 1), (4, 2)])
    func elementsMustLieWithinTheFile(offset: Int, count: Int) throws {
        let path = try directory.write([UInt8](repeating: 0, count: 8), "mapped")
        let file = try MappedFile(path: path)
        #expect(
            Tensor(mapping: file, byteOffset: offset, elementType: .float32, shape: [count]) == nil)
    }

    /// Beyond the end of the file, too, where touching a page would end the process.
    @Test(arguments: [0, 1, 4_096, 100_000], [0, 1])
    func populating(byteCount: Int, kept: Int) throws {
        let path = try directory.write([UInt8](repeating: 7, count: byteCount), "mapped")
        let file = try MappedFile(path: path)
        if kept == 0 && byteCount > 0 { try #require(truncate(path, 0) == 0) }
        file.populate()
        let bytes = file.bytes
        let isWhole = (0..<(kept == 1 ? byteCount : 0)).allSatisfy {
            bytes.unsafeLoad(fromByteOffset: $0, as: UInt8.self) == 7
        }
        #expect(isWhole)
    }

    @Test(arguments: [0, 1, 4_096, 17 << 20])
    func releasing(byteCount: Int) throws {
        let path = try directory.write([UInt8](repeating: 7, count: byteCount), "mapped")
        let file = try MappedFile(path: path)
        #expect(file.partCount == (byteCount + (16 << 20) - 1) >> 24)
        for part in 0..<file.partCount { file.release(part: part) }
        let bytes = file.bytes
        for offset in [0, byteCount / 2, byteCount - 1] where byteCount > 0 {
            #expect(bytes.unsafeLoad(fromByteOffset: offset, as: UInt8.self) == 7)
        }
    }

    @Test func emptyFileMaps() throws {
        let path = try directory.write([], "mapped")
        #expect(try MappedFile(path: path).byteCount == 0)
    }

    @Test func onlyRegularFiles() throws {
        #expect(throws: MappedFileError.notARegularFile(path: "/dev/null")) {
            try MappedFile(path: "/dev/null")
        }
        let folder = directory.url.path
        #expect(throws: MappedFileError.notARegularFile(path: folder)) { try MappedFile(path: folder) }
        let pipe = directory.path("pipe")
        mkfifo(pipe, 0o600)
        #expect(throws: MappedFileError.notARegularFile(path: pipe)) { try MappedFile(path: pipe) }
    }

    @Test func missingFile() {
        #expect(throws: MappedFileError.self) { try MappedFile(path: "/nonexistent/file") }
    }
}
