import Foundation
import TestSupport
import Testing

/// `qwen3-asr inspect` as its users run it.
@Suite struct InspectCommandTests {
    private let directory: TemporaryDirectory

    init() throws {
        directory = try TemporaryDirectory()
    }

    private func toy(_ path: String) -> String { Fixtures.directory.appending(path: "toy/" + path).path }

    @Test func graphAndDirectory() throws {
        let graph = try Command("inspect", toy("decoder_step.int4.onnx")).run()
        #expect(graph.status == 0)
        #expect(graph.errors == "")
        #expect(graph.output.contains("past_keys"))
        #expect(graph.output.contains("com.microsoft.MatMulNBits"))
        #expect(graph.output.contains("decoder_weights.int4.data"))
        let all = try Command("inspect", "--json", toy("")).run()
        #expect(all.status == 0)
        #expect((all.records.first?["graphs"] as? [Any])?.count == 5)
    }

    @Test func unsupportedOperatorsAreListed() throws {
        let bytes = ModelWriter.model(operatorSets: [("", 99), ("com.example", 1)]) { graph in
            graph.input("x")
            graph.node("Neg", ["x"], ["y"], name: "negation")
            graph.node("Twist", ["y"], ["z"], name: "first", domain: "com.example")
            graph.node("Twist", ["z"], ["w"], name: "second", domain: "com.example")
            graph.node("Optional", ["w"], ["out"], name: "third")
            graph.output("out")
        }
        let model = try directory.write(bytes, "model.onnx")
        let text = try Command("inspect", model).run()
        #expect(text.status == 0)
        #expect(text.errors == "")
        for part in ["com.example.Twist", "Optional", "first", "second", "third", "version 99"] {
            #expect(text.output.contains(part))
        }
        let record = try #require(try Command("inspect", "--json", model).run().records.first)
        let graph = try #require((record["graphs"] as? [[String: Any]])?.first)
        let operators = try #require(graph["operators"] as? [[String: Any]])
        let supported = Dictionary(
            uniqueKeysWithValues: operators.map { ($0["type"] as? String, $0["supported"] as? Int) })
        #expect(supported == ["com.example.Twist": 0, "Optional": 0, "Neg": 1])
        let problems = try #require(graph["problems"] as? [[String: Any]])
        #expect(problems.map { $0["nodes"] as? [String] } == [[], ["first", "second"], ["third"]])
    }

    @Test func graphForGraphviz() throws {
        let after = try Command("inspect", "--dot", "-", toy("encoder.onnx")).run()
        #expect(after.status == 0)
        #expect(after.output.hasPrefix("digraph \"encoder\" {"))
        #expect(after.output.contains("fused.FusedAttention"))
        #expect(after.output.hasSuffix("}\n"))
        let before = try Command("inspect", "--no-fusion", "--dot", "-", toy("encoder.onnx")).run()
        #expect(before.output.contains("Softmax"))
        #expect(!before.output.contains("FusedAttention"))

        let file = directory.path("graphs.dot")
        let both = try Command("inspect", "--json", "--dot", file, toy("")).run()
        #expect(both.status == 0)
        #expect(both.records.count == 1)
        let text = try String(contentsOfFile: file, encoding: .utf8)
        #expect(text.components(separatedBy: "digraph ").count == 6)
    }

    @Test(arguments: [
        (["inspect"], 64), (["inspect", "--json", "--dot", "-", "x.onnx"], 64),
        (["inspect", "/nonexistent.onnx"], 66), (["inspect", "/etc/passwd"], 78),
        (["inspect", "--dot", "/nonexistent/graph.dot", "x.onnx"], 73),
    ])
    func exitStatuses(arguments: [String], status: Int) throws {
        let result = try Command(arguments).run()
        #expect(Int(result.status) == status, "\(result.errors)")
        #expect(!result.endedBySignal)
        #expect(result.output == "")
        #expect(!result.errors.isEmpty)
    }

    @Test func failureIsAnObjectToo() throws {
        let model = try directory.write("no model".utf8, "model.onnx")
        let result = try Command("inspect", "--json", model).run()
        #expect(result.status == 78)
        #expect((result.records.first?["error"] as? [String: Any])?["code"] as? Int == 78)
    }
}
