internal import Audio
package import Foundation
internal import Kernels
internal import ONNXFormat
internal import Runtime
internal import Tensors
package import Transcription

/// Compares the ways to run a model with each other; needs no reference.
///
/// What all is compared with is the plainest: graphs as they are written, portable kernels, one thread.
package struct SelfCheck: Sendable {
    private let directory: URL
    private let variants: [Variant]
    private let threads: Int

    package static let baseline = RunSettings(instructionSet: .portable, threads: 1, fusion: false)

    /// Seconds of the signal that the model is given.
    private static let duration = 2.5
    /// Tokens at the end of the prompt that are also read one by one.
    private static let stepCount = 4

    /// - Parameters:
    ///   - variant: `auto` for all that the directory has.
    ///   - threads: of runs with many.
    package init(_ directory: URL, variant: Variant = .auto, threads: Int) {
        self.directory = directory
        let hasInt4 = Directory.exists(directory.appending(path: "decoder_init.int4.onnx"))
        variants = variant != .auto ? [variant] : hasInt4 ? [.fp32, .int4] : [.fp32]
        self.threads = max(2, threads)
    }

    /// Each setting changes one thing of the baseline; the last is what a transcription runs with.
    private var variations: [(name: String, settings: RunSettings)] {
        let best = InstructionSet.supported[0]
        var list = [("fused", RunSettings(instructionSet: .portable, threads: 1, fusion: true))]
        for set in InstructionSet.supported where set != .portable {
            list.append((set.rawValue, RunSettings(instructionSet: set, threads: 1, fusion: false)))
        }
        list.append(
            ("\(threads) threads", RunSettings(instructionSet: .portable, threads: threads, fusion: false)))
        list.append(("as served", RunSettings(instructionSet: best, threads: threads, fusion: true)))
        return list
    }

    /// - Throws: ``VerificationError`` or ``TranscriptionError`` if the model cannot be run at all.
    package func checks() async throws -> [Check] {
        var checks: [Check] = []
        for variant in variants {
            let probe = try await PipelineProbe(
                modelDirectory: directory, variant: variant, options: Self.baseline.sessionOptions())
            let sample = try PipelineSample(
                probe, mel: LogMelSpectrogram(TestSignal.samples(seconds: Self.duration)))
            for part in PipelineSample.Part.allCases {
                checks += try graphChecks(graph(part, variant), sample.inputs[part] ?? [:])
            }
            for (name, settings) in [("as written", Self.baseline)] + variations.suffix(1) {
                checks += try await prefillChecks(variant, name, settings, sample)
            }
        }
        return checks
    }

    private func graph(_ part: PipelineSample.Part, _ variant: Variant) -> URL {
        let int4 = directory.appending(path: "\(part.rawValue).int4.onnx")
        return variant == .int4 && Directory.exists(int4)
            ? int4 : directory.appending(path: "\(part.rawValue).onnx")
    }

    /// One graph on the same inputs in all settings.
    private func graphChecks(
        _ file: URL, _ inputs: [String: Tensor]
    ) throws(VerificationError) -> [Check] {
        let plain = try GraphVerifier(file: file, options: Self.baseline.sessionOptions())
        // Older exports have other inputs.
        let inputs = inputs.filter { name, _ in plain.session.inputs.contains { $0.name == name } }
        let expected: [String: Tensor]
        do {
            expected = try plain.session.run(inputs)
        } catch {
            throw .model("\(file.path): \(error)")
        }
        var checks: [Check] = []
        for (name, settings) in variations {
            let other = try GraphVerifier(file: file, options: settings.sessionOptions())
            checks += other.checks(item: name, inputs: inputs, expected: expected)
        }
        return checks
    }

    /// A prompt read at once against the same prompt of which the last tokens are read one by one.
    private func prefillChecks(
        _ variant: Variant, _ name: String, _ settings: RunSettings, _ sample: PipelineSample
    ) async throws -> [Check] {
        let probe = try await PipelineProbe(
            modelDirectory: directory, variant: variant, options: settings.sessionOptions())
        let prefix = sample.prompt.dropping(last: Self.stepCount)
        let whole = try probe.prefill(
            sample.prompt, audioFeatures: sample.features(through: sample.prompt, probe))
        var state = try probe.prefill(prefix, audioFeatures: sample.features(through: prefix, probe))
        for token in sample.prompt.ids.suffix(Self.stepCount) { state = try probe.step(token, after: state) }
        let (prefill, step) = (try model(.decoderInit, variant), try model(.decoderStep, variant))
        let tolerance = Tolerance.standard(for: step.graph)
        var values = [("keys", state.keys, whole.keys), ("values", state.values, whole.values)]
        // Quantised exports have the output projection in float32 in one graph and in int4 in the other.
        if GraphRegion(prefill.graph).producer(of: "logits")?.type
            == GraphRegion(step.graph).producer(of: "logits")?.type
        {
            values.append(("logits", state.logits, whole.logits))
        }
        return values.map { value, found, expected in
            Check(
                subject: "prefill and steps, \(variant.rawValue)", item: name, value: value,
                outcome: .tensor(TensorComparison(found: found, expected: expected, tolerance: tolerance)))
        }
    }

    private func model(
        _ part: PipelineSample.Part, _ variant: Variant
    ) throws(VerificationError) -> Model {
        do {
            return try Model.load(path: graph(part, variant).path)
        } catch {
            throw .model("\(error)")
        }
    }
}
