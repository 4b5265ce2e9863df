import Foundation
import Kernels
import ONNXFormat
import Operators
import Runtime
import Tensors
import TestSupport
import Testing
import Threading

/// Decoding in place against the same graphs run as they are written, with all keys and values as inputs and
/// outputs.
@Suite struct DecodingTests {
    private let hidden = 32
    private let layers = 2

    private func session(_ path: String, _ kernels: KernelTable, fusion: Bool) throws -> Session {
        let model = try Model.load(path: Fixtures.directory.appending(path: path).path)
        return try Session(
            model, options: .init(pool: ThreadPool(threads: 2), kernels: kernels, fusion: fusion))
    }

    /// Numbers that look like activations, the same in every run.
    private func numbers(_ shape: Shape, seed: Int) -> Tensor {
        var state = UInt64(truncatingIfNeeded: seed &* 2_654_435_761 &+ 12_345)
        let values = (0..<shape.elementCount).map { _ in
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Float(Int64(bitPattern: state >> 33) % 2_000) / 1_000 - 1
        }
        return Tensor(values, shape: shape)
    }

    private func relativeError(_ found: Tensor, _ expected: Tensor) -> Double {
        let (a, b) = (found.array(Float.self), expected.array(Float.self))
        let difference = zip(a, b).reduce(0.0) { $0 + pow(Double($1.0) - Double($1.1), 2) }
        return (difference / b.reduce(0.0) { $0 + pow(Double($1), 2) }).squareRoot()
    }

    @Test(arguments: ["toy", "toy-fused"], InstructionSet.supported)
    func stepsAgreeWithTheGraphAsWritten(directory: String, instructionSet: InstructionSet) throws {
        let kernels = KernelTable(instructionSet)
        for suffix in ["", ".int4"] {
            let tolerance = suffix.isEmpty ? 1e-5 : 1.5e-2
            func load(_ name: String, fusion: Bool) throws -> Session {
                try session("\(directory)/\(name)\(suffix).onnx", kernels, fusion: fusion)
            }
            let (prefill, step) = (
                try load("decoder_init", fusion: true), try load("decoder_step", fusion: true)
            )
            let (plainPrefill, plainStep) = (
                try load("decoder_init", fusion: false), try load("decoder_step", fusion: false)
            )
            #expect(prefill.decodingLayers == layers)
            #expect(step.decodingLayers == layers)
            #expect(plainPrefill.decodingLayers == nil)

            let count = 9
            let prompt = [
                "input_ids": Tensor((0..<count).map { Int64($0 * 7 % 40) }, shape: [1, count]),
                "position_ids": Tensor((0..<count).map { Int64($0) }, shape: [1, count]),
                "audio_features": numbers([1, 4, hidden], seed: 1),
                "audio_offset": Tensor([Int64(3)]),
            ]
            // Too small, so that it grows on the way.
            #expect(step.packsCache == !suffix.isEmpty)
            let cache = DecodingCache(layers: layers, capacity: 11, isPacked: step.packsCache)
            var expected = try plainPrefill.run(prompt)
            let logits = try #require(expected["logits"])
            var found = try prefill.decode(prompt, cache: cache)
            #expect(Array(found.keys) == ["logits"])
            #expect(found["logits"]?.shape == [1, 1, logits.shape[2]])
            let last = logits.sliced(axis: 1, start: count - 1, count: 1)
            #expect(relativeError(try #require(found["logits"]), last) < tolerance)

            for position in count..<count + 6 {
                var inputs = [
                    "input_embeds": numbers([1, 1, hidden], seed: position),
                    "position_ids": Tensor([Int64(position)], shape: [1, 1]),
                ]
                #expect(cache.positions == position)
                found = try step.decode(inputs, cache: cache)
                inputs["past_keys"] = expected["present_keys"]
                inputs["past_values"] = expected["present_values"]
                expected = try plainStep.run(inputs)
                let error = relativeError(
                    try #require(found["logits"]), try #require(expected["logits"]))
                #expect(error < tolerance, "position \(position)")
            }
        }
    }

    @Test func graphsWithoutLayeredCachesAreLeftAlone() throws {
        #expect(try session("toy/encoder.onnx", .best, fusion: true).decodingLayers == nil)
    }
}
