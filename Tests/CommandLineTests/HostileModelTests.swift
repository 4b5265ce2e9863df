import Foundation
import TestSupport
import Testing

/// Damaged model directories given to the command: the message, the exit status, and nothing half written.
@Suite struct HostileModelTests {
    private static let recording = Fixtures.directory.appending(path: "speech/four-two-seven.wav").path

    @Test(arguments: HostileModel.all)
    func refused(_ hostile: HostileModel) throws {
        let model = try ModelCopy()
        try hostile.corrupt(model)
        let before = try FileManager.default.contentsOfDirectory(atPath: model.url.path).sorted()
        let result = try Command(
            "transcribe", "--model", model.url.path, "--threads", "1", "--max-new-tokens", "2", "--output",
            model.file("out.txt").path, Self.recording
        ).run()
        #expect(!result.endedBySignal)
        #expect(result.status == hostile.status, "\(result.errors)")
        #expect(result.output == "")
        for fragment in hostile.fragments { #expect(result.errors.contains(fragment), "\(result.errors)") }
        #expect(result.errors.utf8.count < 2_000)
        #expect(try FileManager.default.contentsOfDirectory(atPath: model.url.path).sorted() == before)
    }

    /// The weights vanish while the command waits for its recording.
    @Test func weightsCutWhileInUse() throws {
        let model = try ModelCopy()
        let errors = model.file("errors")
        let process = try Command(
            "transcribe", "--model", model.url.path, "--threads", "1", "--no-fusion", "-"
        ).process(output: model.file("output"), errors: errors)
        let input = Pipe()
        process.standardInput = input
        try process.run()
        while process.isRunning, try !mappings(of: process).contains("decoder_weights.data") {
            Thread.sleep(forTimeInterval: 0.005)
        }
        try model.resize("decoder_weights.data", to: 10)
        // Nobody reads it if the fault came already.
        signal(SIGPIPE, SIG_IGN)
        try? input.fileHandleForWriting.write(contentsOf: Data(contentsOf: URL(filePath: Self.recording)))
        try? input.fileHandleForWriting.close()
        process.waitUntilExit()
        let message = try String(contentsOf: errors, encoding: .utf8)
        #expect(process.terminationReason == .exit)
        #expect(process.terminationStatus == 78, "\(message)")
        #expect(
            message.contains(
                "decoder_weights.data: truncated while in use: file has 10 bytes, needs 147456"))
        #expect(try Data(contentsOf: model.file("output")).isEmpty)
    }

    /// In parts: the system hands out no more than a page of it at a time.
    private func mappings(of process: Process) throws -> String {
        let file = URL(filePath: "/proc/\(process.processIdentifier)/maps")
        guard let handle = try? FileHandle(forReadingFrom: file) else { return "" }
        var text = Data()
        while let part = try handle.read(upToCount: 1 << 16), !part.isEmpty { text += part }
        return String(decoding: text, as: UTF8.self)
    }

    /// The tokenizer alone, which needs no other file.
    @Test(arguments: HostileModel.all.filter { $0.fragments[0].hasPrefix("tokenizer.json") })
    func tokenize(_ hostile: HostileModel) throws {
        let model = try ModelCopy()
        try hostile.corrupt(model)
        let result = try Command("tokenize", "--model", model.url.path, "system aaaaaaaaaaaaaaaaaaaaaaaaaaaa")
            .run()
        // That there are more tokens than the configuration says only the configuration tells.
        if hostile.description.contains("more tokens") { return #expect(result.status == 0) }
        #expect(!result.endedBySignal)
        #expect(result.status == hostile.status, "\(result.errors)")
        #expect(result.output == "")
        for fragment in hostile.fragments { #expect(result.errors.contains(fragment), "\(result.errors)") }
    }
}
