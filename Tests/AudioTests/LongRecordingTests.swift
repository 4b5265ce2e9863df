import Audio
import Foundation
import TestSupport
import Testing

struct LongRecordingTests {
    let directory: TemporaryDirectory

    init() throws {
        directory = try TemporaryDirectory()
    }

    /// Two hours, whose samples would take 460 MB; the file is a hole after its header.
    @Test(.enabled(if: !Fixtures.isSanitized), arguments: [16_000, 8_000])
    func memoryIsBoundedByThePiece(rate: Int) async throws {
        let dataSize = 2 * 3_600 * rate * 2
        let path = try directory.write(WaveBytes(rate: rate).header(dataSize: dataSize))
        #expect(truncate(path, 44 + dataSize) == 0)

        // In a process of its own: other tests of this one allocate at the same time.
        await #expect(processExitsWith: .success) { [path = path as String] in
            let before = try residentByteCount()
            var most = before
            let recording = try Recording(path: path)
            most = max(most, try residentByteCount())
            #expect(recording.duration == 7_200)
            #expect(recording.sampleCount == 7_200 * 16_000)
            var pieces = try recording.pieces()
            var end = 0
            while let piece = try pieces.next() {
                end = piece.end
                most = max(most, try residentByteCount())
            }
            #expect(end == recording.sampleCount)
            // A piece and what is searched take 10 MB.
            #expect(most - before < 40 << 20)
        }
    }
}

private func residentByteCount() throws -> Int {
    let fields = try String(contentsOfFile: "/proc/self/statm", encoding: .utf8).split(separator: " ")
    return try #require(Int(fields[1])) * Int(sysconf(Int32(_SC_PAGESIZE)))
}
