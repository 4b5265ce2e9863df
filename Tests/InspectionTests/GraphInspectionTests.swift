import Foundation
import Inspection
import TestSupport
import Testing
import Transcription

/// Numbers that the `onnx` package gives for the same files.
@Suite struct GraphInspectionTests {
    private func inspect(_ path: String, fusion: Bool = true) throws -> GraphInspection {
        let file = Fixtures.directory.appending(path: path).path
        let report = try ModelInspector(fusion: fusion).inspect(file).report
        #expect(report.graphs.count == 1)
        #expect(report.configuration == nil)
        return report.graphs[0]
    }

    private func uses(_ graph: GraphInspection) -> [String] {
        graph.operators.map { "\($0.type): \($0.count), supported \($0.supported)" }
    }

    @Test func decoderInFloat32() throws {
        let graph = try inspect("toy/decoder_init.onnx")
        #expect(graph.name == "decoder_init")
        #expect(graph.problems == [])
        #expect(graph.operatorSets.map { "\($0.domain) \($0.version)" } == ["ai.onnx 18"])
        #expect(uses(graph).first == "Mul: 32, supported 32")
        #expect(uses(graph).contains("ReduceMean: 9, supported 9"))
        #expect(graph.operators.reduce(0) { $0 + $1.count } == 235)
        #expect(
            graph.constants.map { [$0.tensors, $0.elements, $0.bytes] }
                == [[29, 37_172, 148_688], [14, 15, 120]])
        #expect(graph.constants.map(\.type) == ["float32", "int64"])
        let file = try #require(graph.externalFiles.first)
        #expect(graph.externalFiles.count == 1)
        #expect(file.path.hasSuffix("toy/decoder_weights.data"))
        #expect(file.bytes == 147_456)
        #expect(file.usedBytes == 147_456)
        #expect(graph.quantization == nil)
        #expect(graph.outputs.map(\.name) == ["logits", "present_keys", "present_values"])
        #expect(graph.outputs[0].type == "float32")
        #expect(graph.outputs[0].shape?.last == .size(384))
    }

    @Test func rewriting() throws {
        let rewriting = try inspect("toy/decoder_init.onnx").rewriting
        func count(_ pass: String) -> Int? { rewriting.passes.first { $0.name == pass }?.count }
        #expect(rewriting.fusion)
        #expect(rewriting.nodesBefore == 235)
        #expect(rewriting.nodesAfter == rewriting.operators.reduce(0) { $0 + $1.count })
        #expect(rewriting.nodesAfter < rewriting.nodesBefore / 2)
        // Two layers; two norms and those of queries and keys in each, one at the end.
        #expect(count("AttentionFusion") == 2)
        #expect(count("RotaryFusion") == 4)
        #expect(count("RMSNormFusion") == 9)
        #expect(count("SwiGLUFusion") == 2)
        #expect(count("CacheInPlace") == 2)
        #expect(Set(rewriting.passes.map(\.name)).count == rewriting.passes.count)
        let attentions = rewriting.operators.first { $0.type == "fused.FusedAttention" }
        #expect(attentions?.count == 2)
        #expect(rewriting.nearMatches.isEmpty)
    }

    @Test func withoutFusion() throws {
        let rewriting = try inspect("toy/decoder_init.onnx", fusion: false).rewriting
        #expect(!rewriting.fusion)
        #expect(rewriting.nodesAfter == 235)
        #expect(rewriting.passes.map(\.name) == ["ConstantAlignment"])
        #expect(rewriting.nearMatches.isEmpty)
    }

    @Test func quantisedDecoder() throws {
        let graph = try inspect("toy/decoder_step.int4.onnx")
        let quantization = try #require(graph.quantization)
        #expect(quantization.uses.count == 1)
        let use = quantization.uses[0]
        #expect(use.nodes == 15)
        #expect(use.parameters == 36_864)
        #expect(use.kind.bits == 4)
        #expect(use.kind.blockSize == 32)
        #expect(use.kind.accuracyLevel == 4)
        #expect(use.kind.hasZeroPoints)
        #expect(quantization.quantizedParameters == 36_864)
        // 1,459 of float32, 1,152 of them scales: one for 32 parameters.
        #expect(quantization.parameters == 36_864 + 1_459 - 36_864 / 32)
        // Packed weights with zero points, and scales.
        #expect(quantization.bytes == 19_456 + 4 * 1_152)
        #expect(graph.externalFiles.map(\.usedBytes) == [12_288])
        #expect(graph.externalFiles.map(\.bytes) == [61_440])
    }

    @Test func subgraphsAndConstantNodesCount() throws {
        let graph = try inspect("toy-torchscript/encoder.onnx", fusion: false)
        let total = graph.operators.reduce(0) { $0 + $1.count }
        #expect(total == graph.rewriting.nodesBefore)
        #expect(total > 380)
        #expect(uses(graph).contains("If: 1, supported 1"))
        let float = try #require(graph.constants.first { $0.type == "float32" })
        #expect(float.tensors > 45)
        #expect(graph.constants.contains { $0.type == "int64" && $0.tensors > 50 })
    }

    @Test func directory() throws {
        let directory = Fixtures.directory.appending(path: "toy").path
        let report = try ModelInspector(fusion: true).inspect(directory).report
        #expect(
            report.graphs.map(\.name)
                == ["decoder_init.int4", "decoder_init", "decoder_step.int4", "decoder_step", "encoder"])
        let configuration = try #require(report.configuration)
        #expect(configuration.layers == 2)
        #expect(configuration.vocabularySize == 384)
        let text = InspectionText(report).text
        #expect(text.contains("2 layers of 32"))
        for graph in report.graphs { #expect(text.contains("\(graph.name) (\(graph.file))")) }
    }

    @Test func jsonIsOneObjectInSnakeCase() throws {
        let directory = Fixtures.directory.appending(path: "toy").path
        let line = try ModelInspector(fusion: true).inspect(directory).report.jsonLine()
        #expect(!line.contains("\n"))
        let object = try #require(
            try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
        #expect((object["configuration"] as? [String: Any])?["hidden_size"] as? Int == 32)
        let graphs = try #require(object["graphs"] as? [[String: Any]])
        #expect(graphs.count == 5)
        let rewriting = try #require(graphs[0]["rewriting"] as? [String: Any])
        #expect(rewriting["nodes_before"] as? Int ?? 0 > rewriting["nodes_after"] as? Int ?? 0)
        let quantization = try #require(graphs[0]["quantization"] as? [String: Any])
        #expect(try #require(quantization["share"] as? Double) > 0.5)
        let inputs = try #require(graphs[4]["inputs"] as? [[String: Any]])
        #expect(try #require(inputs[0]["shape"] as? [Any]).contains { $0 as? Int == 128 })
    }

    @Test func whatDoesNotExistIsMissing() throws {
        let empty = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
        try FileManager.default.createDirectory(at: empty, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: empty) }
        for path in ["/nonexistent.onnx", empty.path] {
            let error = try #require(throws: TranscriptionError.self) {
                try ModelInspector(fusion: true).inspect(path)
            }
            guard case .missing(let message) = error else {
                Issue.record("\(error)")
                continue
            }
            #expect(message.contains(path))
        }
    }
}
