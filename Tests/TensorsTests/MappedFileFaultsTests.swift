import Foundation
import Glibc
import Tensors
import TestSupport
import Testing

@Suite("Mapped file faults")
struct MappedFileFaultsTests {
    /// Made by this process: one that a test ends removes nothing.
    private let directory: TemporaryDirectory
    private let path: String

    init() throws {
        directory = try TemporaryDirectory()
        path = try directory.write(Data(count: 100_000), "mapped")
    }

    @Test("a file cut short while mapped ends the process with a message")
    func truncatedWhileMapped() async throws {
        let result = await #expect(
            processExitsWith: .exitCode(78), observing: [\.standardErrorContent]
        ) { [path = path as String] in
            MappedFileFaults.install()
            MappedFileFaults.install()
            let file = try MappedFile(path: path)
            truncate(path, 10)
            #expect(file.bytes.unsafeLoad(fromByteOffset: 90_000, as: UInt8.self) == 1)
        }
        let message = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
        #expect(message.contains("truncated while in use: file has 10 bytes, needs 100000"))
        #expect(message.contains(path))
    }

    /// By the signal, or by the handler of a sanitizer, but not by this one.
    private static func expectOtherHandler(_ result: ExitTest.Result?) throws {
        let result = try #require(result)
        #expect(result.exitStatus != .exitCode(78))
        #expect(!String(decoding: result.standardErrorContent, as: UTF8.self).contains("Error: "))
    }

    @Test("faults elsewhere end the process as before")
    func faultElsewhere() async throws {
        let result = await #expect(
            processExitsWith: .failure, observing: [\.exitStatus, \.standardErrorContent]
        ) { [path = path as String] in
            MappedFileFaults.install()
            // A mapping that is gone has left no trace.
            _ = try MappedFile(path: path)
            let descriptor = open(path, O_RDONLY)
            let mapped = try #require(mmap(nil, 100_000, PROT_READ, MAP_SHARED, descriptor, 0))
            truncate(path, 0)
            #expect(mapped.load(fromByteOffset: 50_000, as: UInt8.self) == 1)
        }
        try Self.expectOtherHandler(result)
    }

    @Test("a signal that was sent ends the process as before")
    func sentSignal() async throws {
        let result = await #expect(
            processExitsWith: .failure, observing: [\.exitStatus, \.standardErrorContent]
        ) {
            MappedFileFaults.install()
            kill(getpid(), SIGBUS)
            sleep(10)
        }
        try Self.expectOtherHandler(result)
    }
}
