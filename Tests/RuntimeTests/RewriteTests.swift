import Foundation
import Kernels
import ONNXFormat
import Operators
import Runtime
import TestSupport
import Testing
import Threading

/// What the rewrite passes make of real exports.
@Suite struct RewriteTests {
    private func rewritten(_ path: String) throws -> (graph: ComputeGraph, counts: [String: Int]) {
        let model = try Model.load(path: Fixtures.directory.appending(path: path).path)
        var graph = ComputeGraph(model.graph)
        let context = OperatorContext(pool: ThreadPool(threads: 1))
        var counts: [String: Int] = [:]
        for rewrite in RewritePasses(fusion: true, context: context)
            .apply(to: &graph, opsets: model.operatorSets)
        {
            counts[rewrite.pass, default: 0] += rewrite.count
        }
        return (graph, counts)
    }

    /// Two layers, each with two norms besides those of queries and keys; one norm at the end.
    @Test(
        arguments: ["toy", "toy-fused"],
        ["decoder_init", "decoder_step", "decoder_init.int4", "decoder_step.int4"])
    func decoder(directory: String, name: String) throws {
        let (graph, _) = try rewritten("\(directory)/\(name).onnx")
        let types = Dictionary(grouping: graph.nodes, by: \.type).mapValues(\.count)
        #expect(types["FusedAttention"] == 2)
        #expect(types["RotaryHeads"] == 4)
        #expect(types[name.hasSuffix("int4") ? "MatMulNBitsSwiGLU" : "SwiGLU"] == 2)
        // The sums before norms are computed by float products, if any end there.
        let sums = types["SkipSimplifiedLayerNormalization"] ?? 0
        #expect(sums + (types["SimplifiedLayerNormalization"] ?? 0) == 5)
        #expect(name.hasSuffix("int4") ? sums == 4 : sums <= 1)
        #expect(types["Softmax"] == nil)
        #expect(types["Sigmoid"] == nil)
    }

    @Test(arguments: ["toy", "toy-fused"])
    func encoder(directory: String) throws {
        let (graph, counts) = try rewritten("\(directory)/encoder.onnx")
        let attentions = graph.nodes.filter { $0.type == "FusedAttention" }
        #expect(attentions.count == 2)
        #expect(attentions.allSatisfy { $0.attributes["window"] != nil && $0.inputs[3] == nil })
        #expect(counts["WindowFusion"] == 1)
        #expect(!graph.nodes.contains { ["Erf", "Softmax", "GreaterOrEqual"].contains($0.type) })
    }
}
