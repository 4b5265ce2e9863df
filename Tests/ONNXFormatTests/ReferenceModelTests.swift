import Foundation
import ONNXFormat
import Tensors
import TestSupport
import Testing

@Suite("Reference models", .enabled(if: Fixtures.hasReferenceData))
struct ReferenceModelTests {
    static let graphs = ["encoder", "decoder_init", "decoder_step"].flatMap { [$0, $0 + ".int4"] }

    static func path(_ folder: String, _ name: String) throws -> String {
        try #require(Fixtures.referenceData).appending(path: "\(folder)/\(name).onnx").path
    }

    @Test("load", arguments: ["reference/mini", "reference/mini-fused"], graphs)
    func load(folder: String, name: String) throws {
        let model = try Model.load(path: Self.path(folder, name))
        #expect(model.irVersion == 10)
        #expect(model.operatorSets[""] == 18)
        #expect(model.graph.nodes.count > 100)
        #expect(model.graph.initializers.count == model.graph.initializerNames.count)
        for node in model.graph.nodes where node.type == "MatMulNBits" {
            #expect(model.operatorSet(of: node) == 1)
            #expect(node.domain == "com.microsoft")
            guard case .int(4)? = node.attribute("bits") else {
                Issue.record("bits of \(node.label)")
                continue
            }
        }
        let outputs = model.graph.outputs.map(\.name)
        if name.hasPrefix("encoder") {
            #expect(model.graph.requiredInputs.map(\.name) == ["mel"])
            #expect(outputs == ["audio_features"])
        } else {
            #expect(outputs == ["logits", "present_keys", "present_values"])
        }
    }

    @Test("weights of prefill and step are mapped once")
    func sharedWeights() throws {
        let weights = WeightFiles()
        let prefill = try Model.load(path: Self.path("reference/mini", "decoder_init"), weights: weights)
        let step = try Model.load(path: Self.path("reference/mini", "decoder_step"), weights: weights)
        #expect(weights.paths.count == 1)
        // By place, since the graphs have names of their own for most.
        let shared = prefill.graph.initializers.values.filter { tensor in
            step.graph.initializers.values.contains { $0.hasSameAddress(as: tensor) }
        }
        #expect(shared.count == 23)
    }

    @Test("graphs whose weights are elsewhere are refused", arguments: graphs + ["encoder.fused"])
    func missingWeights(name: String) throws {
        let path = try Self.path("full-size", name)
        guard FileManager.default.fileExists(atPath: path) else { return }
        let error = try #require(throws: ModelFormatError.self) { _ = try Model.load(path: path) }
        guard case .tensor(_, .external(.cannotOpen(_, let reason))) = error.problem else {
            Issue.record("\(error)")
            return
        }
        #expect(reason == "No such file or directory")
    }
}
