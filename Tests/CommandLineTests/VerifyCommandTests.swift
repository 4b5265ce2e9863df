import Foundation
import TestSupport
import Testing

/// `qwen3-asr verify` as its users run it.
@Suite struct VerifyCommandTests {
    private let toy = Fixtures.directory.appending(path: "toy")
    private let directory: TemporaryDirectory

    init() throws {
        directory = try TemporaryDirectory()
    }

    private func toy(_ path: String) -> String { toy.appending(path: path).path }

    @Test func graphAgrees() throws {
        let result = try Command("verify", toy("decoder_step.onnx")).run()
        #expect(result.status == 0)
        #expect(result.errors == "")
        let lines = result.output.split(separator: "\n")
        for name in ["logits", "present_keys", "present_values"] {
            let line = try #require(lines.first { $0.contains(" \(name) ") })
            #expect(line.contains("test_data_set_3") && line.hasSuffix("pass"))
        }
        #expect(lines.last == "3 values agree")
        #expect(!result.output.contains("\u{1B}"))
    }

    @Test func jsonTellsAllErrors() throws {
        let result = try Command("verify", "--json", "--threads", "1", "--no-fusion", toy("encoder.onnx"))
            .run()
        #expect(result.status == 0)
        let record = try #require(result.records.first)
        #expect(record["passes"] as? Bool == true)
        #expect(record["fusion"] as? Bool == false)
        #expect(record["threads"] as? Int == 1)
        let checks = try #require(record["checks"] as? [[String: Any]])
        #expect(checks.count == 2)
        #expect(checks[0]["case"] as? String == "test_data_set_0")
        #expect(checks[0]["value"] as? String == "audio_features")
        #expect((checks[0]["found"] as? [String: Any])?["type"] as? String == "float32")
        #expect(try #require(checks[0]["relative_l2"] as? Double) < 1e-5)
        #expect(try #require(checks[0]["cosine"] as? Double) > 0.999_999)
    }

    @Test func wrongOutputIsShown() throws {
        let result = try Command(
            "verify", "--reference", toy("reference/encoder/test_data_set_0"), "--rtol", "0", "--atol", "0",
            toy("encoder.onnx")
        ).run()
        // No machine gives all bits of another's sums of float32.
        #expect(result.status == 1)
        #expect(result.output.contains("FAIL"))
        #expect(result.output.contains("the worst:"))
    }

    @Test func modelDirectoryAgrees() throws {
        let result = try Command("verify", "--variant", "fp32", "--no-fusion", toy("")).run()
        #expect(result.status == 0, "\(result.errors)")
        for part in ["encoder", "decoder_init", "decoder_step", "mel", "greedy"] {
            #expect(result.output.contains("\n\(part) "))
        }
        #expect(!result.output.contains("int4"))
    }

    @Test func bundledModelAgreesWithItself() throws {
        let result = try Command("verify", "--self", "--variant", "int4").run()
        #expect(result.status == 0, "\(result.output)")
        #expect(result.output.contains("prefill and steps, int4  as served"))
    }

    @Test func damagedWeightIsFound() throws {
        let original = Fixtures.directory.appending(path: "toy-fused")
        for name in ["decoder_step.int4.onnx", "decoder_weights.data", "decoder_weights.int4.data"] {
            try directory.write(Data(contentsOf: original.appending(path: name)), name)
        }
        let arguments = [
            "verify", "--bisect", "--json", "--reference", original.appending(path: "recorded").path,
            directory.path("decoder_step.int4.onnx"),
        ]
        #expect(try Command(arguments).run().status == 0)

        let weights = "decoder_weights.int4.data"
        var bytes = try Data(contentsOf: directory.file(weights))
        for index in bytes.indices { bytes[index] ^= 0x08 }
        try directory.write(bytes, weights)
        let result = try Command(arguments).run()
        #expect(result.status == 1)
        let record = try #require(result.records.first)
        let search = try #require((record["bisections"] as? [[String: Any]])?.first)
        let node = try #require(search["first_wrong_node"] as? [String: Any])
        #expect(node["type"] as? String == "com.microsoft.MatMulNBits")
        #expect((node["attributes"] as? [String: String])?["accuracy_level"] == "4")
        #expect((node["worst"] as? [[String: Any]])?.isEmpty == false)
    }

    @Test func bisectionNeedsIntermediateValues() throws {
        let result = try Command("verify", "--bisect", toy("encoder.onnx")).run()
        #expect(result.status == 66)
        #expect(result.errors.contains("has no intermediate values; tools/onnx/record-values makes them"))
    }

    @Test func severalModels() throws {
        let bad = try directory.write("no model".utf8, "bad.onnx")
        let result = try Command(
            "verify", "--json", toy("encoder.onnx"), bad, "/nonexistent.onnx", toy("decoder_init.onnx")
        ).run()
        #expect(result.status == 1)
        let codes = result.records.map { ($0["error"] as? [String: Any])?["code"] as? Int }
        #expect(codes == [nil, 78, 66, nil])
        #expect(result.errors.contains("2 of 4 models failed"))
    }

    @Test func brokenReferenceIsNamed() throws {
        let dataSet = directory.file("test_data_set_0")
        try FileManager.default.copyItem(
            at: toy.appending(path: "reference/encoder/test_data_set_0"), to: dataSet)
        let output = dataSet.appending(path: "output_0.pb")
        try Data(try Data(contentsOf: output).prefix(100)).write(to: output)
        let result = try Command("verify", toy("encoder.onnx"), "--reference", directory.url.path).run()
        #expect(result.status == 78)
        #expect(result.errors.contains("output_0.pb: truncated or corrupt"))
    }

    @Test(arguments: [
        (["verify"], 64), (["verify", "--rtol", "-1", "x.onnx"], 64),
        (["verify", "--threads", "0", "x"], 64),
        (["verify", "/nonexistent.onnx"], 66), (["verify", "/etc/passwd"], 78),
    ])
    func exitStatuses(arguments: [String], status: Int) throws {
        let result = try Command(arguments).run()
        #expect(Int(result.status) == status, "\(result.errors)")
        #expect(!result.endedBySignal)
        #expect(result.output == "")
        #expect(!result.errors.isEmpty)
    }
}
