internal import Audio
package import Foundation
internal import ONNXFormat
package import Runtime
internal import Tensors
package import Transcription

/// Compares a whole model directory with its reference: every graph, the spectrogram, prompts and greedy tokens.
package struct ModelVerifier: Sendable {
    private let directory: URL
    private let reference: URL
    private let variants: [Variant]
    private let options: Session.Options
    private let tolerance: Tolerance?
    private let audio: URL?

    /// Largest absolute error of a mel value.
    private static let melTolerance = 1e-4

    /// - Parameters:
    ///   - reference: default: `reference` in the directory.
    ///   - variant: `auto` for all that the directory has.
    ///   - tolerance: of the graphs' outputs; nil for ``Tolerance/standard(for:)``.
    ///   - audio: the recording of `greedy.json`, if it is neither in the reference nor in a folder `speech`
    ///     near the directory.
    package init(
        _ directory: URL, reference: URL? = nil, variant: Variant = .auto, options: Session.Options,
        tolerance: Tolerance? = nil, audio: URL? = nil
    ) throws(VerificationError) {
        self.directory = directory
        self.reference = reference ?? directory.appending(path: "reference")
        variants = variant == .auto ? [.fp32, .int4] : [variant]
        self.options = options
        self.tolerance = tolerance
        self.audio = audio
        guard Directory.exists(self.reference) else {
            throw .missing("\(self.reference.path): no such reference")
        }
    }

    /// The graphs that the reference has data sets of, and their names in the reference.
    package func graphs() throws(VerificationError) -> [(file: URL, reference: URL)] {
        var graphs: [(URL, URL)] = []
        for name in Directory.entries(directory) where name.hasSuffix(".onnx") {
            let stem = String(name.dropLast(".onnx".count))
            let isInt4 = stem.hasSuffix(".int4")
            guard variants.contains(isInt4 ? .int4 : .fp32) || stem == "encoder" else { continue }
            let own = reference.appending(path: stem)
            if Directory.exists(own) {
                graphs.append((directory.appending(path: name), own))
            } else if isInt4, stem.hasPrefix("encoder") {
                // The published encoder.int4.onnx holds the FP32 encoder.
                let encoder = reference.appending(path: "encoder")
                if Directory.exists(encoder) { graphs.append((directory.appending(path: name), encoder)) }
            }
        }
        for name in Directory.entries(reference) where name != "mel" {
            let dataSets = DataSet.all(of: directory.appending(path: name), reference: reference)
            let file = directory.appending(path: name + ".onnx")
            if !dataSets.isEmpty, !Directory.exists(file) { throw .missing("\(file.path): no such file") }
        }
        guard !graphs.isEmpty else {
            throw .missing("\(reference.path): has no data sets of a graph of \(directory.path)")
        }
        return graphs
    }

    /// Compares all that the reference has.
    ///
    /// - Throws: ``VerificationError``, or ``TranscriptionError`` if the model cannot be loaded.
    package func checks() async throws -> [Check] {
        var checks: [Check] = []
        let weights = WeightFiles()
        for (file, dataSets) in try graphs() {
            let verifier = try GraphVerifier(
                file: file, options: options, tolerance: tolerance, weights: weights)
            checks += try verifier.checks(reference: dataSets)
        }
        let greedyFile = reference.appending(path: "greedy.json")
        guard Directory.exists(greedyFile) else { return checks }
        let greedy = try GreedyReference(file: greedyFile)
        let samples = try samples(greedy.audio)
        checks += try melChecks(samples, greedy)
        for variant in variants {
            let cases = greedy.cases(suffix: variant.rawValue)
            if cases.isEmpty { continue }
            let probe = try await PipelineProbe(modelDirectory: directory, variant: variant, options: options)
            let verifier = GreedyVerifier(
                probe: probe, samples: samples, logitError: logitError(in: checks, variant))
            for (name, expected) in cases { checks += try verifier.checks(name, expected) }
        }
        return checks
    }

    /// Largest absolute error of logits among what was compared.
    private func logitError(in checks: [Check], _ variant: Variant) -> Double {
        checks.reduce(0) { largest, check in
            guard check.passes, check.value == "logits",
                check.subject.hasSuffix(".int4") == (variant == .int4),
                case .tensor(let comparison) = check.outcome, let errors = comparison.errors
            else { return largest }
            return max(largest, errors.maxAbsolute)
        }
    }

    private func melChecks(_ samples: [Float], _ greedy: GreedyReference) throws(VerificationError) -> [Check]
    {
        var checks: [Check] = []
        for dataSet in DataSet.all(of: directory.appending(path: "mel.onnx"), reference: reference) {
            let expected = try DataSet.read(dataSet.directory.appending(path: "output_0.pb")).tensor
            let frames = expected.shape.last ?? 0
            let count =
                greedy.cases.values.first { $0.melFrames == frames }?.samples ?? frames
                * LogMelSpectrogram.hop
            let mel = LogMelSpectrogram(Array(samples.prefix(count)))
            let found = Tensor(mel.values, shape: [1, LogMelSpectrogram.bandCount, mel.frameCount])
            checks.append(
                Check(
                    subject: "mel", item: dataSet.name, value: "mel",
                    outcome: .tensor(
                        TensorComparison(
                            found: found, expected: expected,
                            tolerance: .elementwise(relative: 0, absolute: Self.melTolerance)))))
        }
        return checks
    }

    /// All samples of the reference's recording at 16 kHz.
    private func samples(_ name: String) throws(VerificationError) -> [Float] {
        let near = [
            reference, directory, directory.appending(path: "../speech"),
            directory.appending(path: "../../speech"),
        ].map { $0.appending(path: name) }
        guard let file = audio ?? near.first(where: Directory.exists) else {
            throw .missing("the recording \(name) of \(reference.path): not found; name it with --audio")
        }
        do {
            var pieces = try Recording(path: file.path, pieceLimit: PieceLimit(seconds: 1_200) ?? .standard)
                .pieces()
            guard let piece = try pieces.next() else { throw AudioError.noAudio(file: file.path) }
            return piece.samples
        } catch let error as AudioError {
            throw error.isMissingInput ? .missing("\(error)") : .reference("\(error)")
        } catch {
            throw .reference("\(file.path): \(error)")
        }
    }
}
