import Foundation
import TestSupport
import Testing

/// `qwen3-asr transcribe` with the bundled model, as its users run it.
@Suite struct TranscribeCommandTests {
    private let recording = Fixtures.directory.appending(path: "speech/four-two-seven.wav").path
    private let directory: TemporaryDirectory

    init() throws {
        directory = try TemporaryDirectory()
    }

    private func path(_ name: String) -> String { directory.path(name) }

    @Test(arguments: ["fp32", "int4"], ["avx512", "avx2", "portable"])
    func digitsOfTheBundledRecording(variant: String, instructionSet: String) throws {
        let result = try Command(
            "transcribe", "--variant", variant, "--isa", instructionSet, recording
        ).run()
        // A processor without the instruction set must say so, and in no other way.
        if result.status == 64 {
            #expect(result.errors.contains("this processor has no \(instructionSet)"))
        } else {
            #expect(result.status == 0)
            #expect(result.output == "four two seven\n")
            #expect(result.errors.contains("pocket model"))
        }
    }

    @Test func jsonHasAllFields() throws {
        let result = try Command("transcribe", "--format", "json", "--quiet", recording).run()
        #expect(result.status == 0)
        #expect(result.errors == "")
        let record = try #require(result.records.first)
        #expect(
            Set(record.keys) == [
                "audio_filepath", "duration", "language", "text", "segments", "timing", "model", "variant",
            ])
        #expect(record["language"] as? String == "English")
        #expect(record["model"] as? String == "pocket")
        let segment = try #require((record["segments"] as? [[String: Any]])?.first)
        #expect(
            Set(segment.keys) == [
                "start", "end", "text", "language", "tokens", "finish_reason", "avg_logprob",
            ])
        #expect(segment["finish_reason"] as? String == "eos")
        #expect(
            Set(try #require(record["timing"] as? [String: Any]).keys) == [
                "load", "audio", "encode", "prefill", "decode", "total",
            ])
    }

    @Test func standardInput() throws {
        var command = Command("transcribe", "--quiet", "-")
        command.standardInput = try Data(contentsOf: URL(filePath: recording))
        let result = try command.run()
        #expect(result.output == "four two seven\n")
    }

    @Test func severalInputsGoOnPastABadOne() throws {
        let bad = try directory.write("no audio at all".utf8, "bad.wav")
        let result = try Command(
            "transcribe", "--format", "json", "--quiet", path("absent.wav"), bad, recording
        ).run()
        #expect(result.status == 1)
        #expect(result.records.count == 3)
        let codes = result.records.map { ($0["error"] as? [String: Any])?["code"] as? Int }
        #expect(codes == [66, 65, nil])
        #expect(result.records[2]["text"] as? String == "four two seven")
        #expect(result.errors.contains("2 of 3 recordings failed"))
    }

    @Test(arguments: [
        (["transcribe"], 64), (["transcribe", "--language", "Klingon", "x.wav"], 64),
        (["transcribe", "--segment-seconds", "0", "x.wav"], 64), (["transcribe", "-", "-"], 64),
        (["transcribe", "--threads", "0", "x.wav"], 64), (["transcribe", "/nonexistent.wav"], 66),
        (["transcribe", "--model", "/nonexistent", "x.wav"], 66), (["transcribe", "/etc/passwd"], 65),
        (["transcribe", "/dev/null"], 65), (["frobnicate"], 64),
        (["transcribe", "--output", "/nonexistent/x.txt", "x.wav"], 73),
    ])
    func exitStatuses(arguments: [String], status: Int) throws {
        let result = try Command(arguments).run()
        #expect(Int(result.status) == status, "\(result.errors)")
        #expect(!result.endedBySignal)
        #expect(result.output == "")
        #expect(!result.errors.isEmpty)
    }

    @Test func outputFilesAreWhole() throws {
        let text = path("out.txt")
        #expect(try Command("transcribe", "--quiet", "--output", text, recording).run().output == "")
        #expect(try String(contentsOfFile: text, encoding: .utf8) == "four two seven\n")

        let results = path("results")
        #expect(
            try Command("transcribe", "--quiet", "--format", "json", "--output-dir", results, recording)
                .run().status == 0)
        #expect(try FileManager.default.contentsOfDirectory(atPath: results) == ["four-two-seven.json"])
    }

    @Test func collidingOutputsAreFoundBeforeWork() throws {
        let other = try directory.write(Data(contentsOf: URL(filePath: recording)), "four-two-seven.flac")
        let result = try Command("transcribe", "--output-dir", path("results"), recording, other).run()
        #expect(result.status == 64)
        #expect(result.errors.contains("would both be written to four-two-seven.txt"))
    }

    @Test func fullDiskIsAnError() throws {
        let process = try Command("transcribe", "--quiet", recording)
            .process(output: directory.file("out"), errors: directory.file("err"))
        process.standardOutput = FileHandle(forWritingAtPath: "/dev/full")
        try process.run()
        process.waitUntilExit()
        #expect(process.terminationStatus == 73)
    }

    @Test(arguments: [(SIGINT, 130), (SIGTERM, 143)])
    func signalsEndCleanly(signal: Int32, status: Int) throws {
        // An hour of silence, a hole behind a header: long enough to be interrupted at work.
        let dataSize = 3_600 * 16_000 * 2
        let long = try directory.write(WaveBytes().header(dataSize: dataSize), "long.wav")
        #expect(truncate(long, 44 + dataSize) == 0)
        let output = directory.file("out")
        let process = try Command("transcribe", "--format", "json", recording, long)
            .process(output: output, errors: directory.file("err"))
        try process.run()
        // Before the first recording's line the program may not listen for signals yet.
        while process.isRunning, try !String(contentsOf: output, encoding: .utf8).hasSuffix("\n") {
            Thread.sleep(forTimeInterval: 0.005)
        }
        Thread.sleep(forTimeInterval: 0.5)
        kill(process.processIdentifier, signal)
        process.waitUntilExit()
        #expect(process.terminationReason == .exit)
        #expect(Int(process.terminationStatus) == status)
        #expect(try String(contentsOf: output, encoding: .utf8).split(separator: "\n").count == 1)
    }

    @Test func environmentNamesTheModel() throws {
        var command = Command("transcribe", recording)
        command.environment["QWEN3_ASR_MODEL"] = "/nonexistent"
        #expect(try command.run().errors.contains("/nonexistent: no such model directory"))
    }

    @Test func budgetIsReported() throws {
        let result = try Command("transcribe", "--max-new-tokens", "2", "--format", "json", recording).run()
        let segment = try #require((result.records[0]["segments"] as? [[String: Any]])?.first)
        #expect(segment["finish_reason"] as? String == "budget")
        #expect(result.errors.contains("token budget ran out"))
    }
}
