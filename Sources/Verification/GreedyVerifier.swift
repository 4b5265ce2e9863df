internal import Audio
internal import Tensors
internal import Transcription

/// Compares prompts and greedy tokens of a model directory with a reference.
struct GreedyVerifier {
    let probe: PipelineProbe
    /// The recording that the reference was made with, at 16 kHz.
    let samples: [Float]
    /// Largest absolute error of a logit that was measured against the reference's data sets.
    let logitError: Double

    /// How much audio features are changed, relatively, to see how far logits move by themselves: by what any
    /// two correct encoders in float32 differ.
    private static let perturbation: Float = 1e-6

    func checks(_ name: String, _ expected: GreedyReference.Case) throws -> [Check] {
        func check(_ value: String, _ outcome: Check.Outcome) -> Check {
            Check(subject: "greedy", item: name, value: value, outcome: outcome)
        }
        guard samples.count >= expected.samples else {
            return [
                check(
                    "tokens", .failure("the recording has \(samples.count) samples, not \(expected.samples)"))
            ]
        }
        let mel = LogMelSpectrogram(Array(samples.prefix(expected.samples)))
        let features = try probe.encode(mel)
        let prompt = try probe.prompt(audioTokenCount: features.shape[1])
        var checks: [Check] = []
        if let ids = expected.promptIds {
            checks.append(
                check(
                    "prompt",
                    .tensor(
                        TensorComparison(
                            found: Tensor(prompt.ids.map(Int64.init)), expected: Tensor(ids.map(Int64.init)),
                            tolerance: .elementwise(relative: 0, absolute: 0)))))
        }
        let rows = try logits(after: expected.tokens, prompt, features)
        checks.append(check("tokens", .tokens(try compare(rows, expected, prompt, features))))
        return checks
    }

    private func compare(
        _ rows: [[Float]], _ expected: GreedyReference.Case, _ prompt: Prompt, _ features: Tensor
    ) throws -> TokenComparison {
        let best = rows.map { row in row.indices.max { row[$0] < row[$1] } ?? 0 }
        let differing = rows.indices.filter { best[$0] != expected.tokens[$0] }
        var tolerance = logitError
        if !differing.isEmpty {
            // Only now, because it takes as long as the comparison itself.
            let moved = try logits(after: expected.tokens, prompt, perturbed(features))
            for (row, other) in zip(rows, moved) {
                tolerance = zip(row, other).reduce(tolerance) { max($0, Double(abs($1.0 - $1.1))) }
            }
        }
        return TokenComparison(
            count: rows.count,
            differences: differing.map { position in
                let (row, token) = (rows[position], expected.tokens[position])
                let margin = row.indices.contains(token) ? row[best[position]] - row[token] : .infinity
                return TokenComparison.Difference(
                    position: position, expected: token, found: best[position],
                    expectedMargin: expected.top2Margin[position], foundMargin: Double(margin),
                    logitTolerance: tolerance)
            }, logitTolerance: tolerance)
    }

    /// Every value changed a little, up and down in turns.
    private func perturbed(_ features: Tensor) -> Tensor {
        let values = features.array(Float.self).enumerated().map { index, value in
            value * (1 + (index % 2 == 0 ? Self.perturbation : -Self.perturbation))
        }
        return Tensor(values, shape: features.shape)
    }

    /// The logits that choose each of the tokens, given those before it.
    private func logits(after tokens: [Int], _ prompt: Prompt, _ features: Tensor) throws -> [[Float]] {
        var state = try probe.prefill(prompt, audioFeatures: features)
        var rows = [state.logits.array(Float.self)]
        for token in tokens.dropLast() {
            guard rows[0].indices.contains(token) else { break }
            state = try probe.step(token, after: state)
            rows.append(state.logits.array(Float.self))
        }
        return rows
    }
}
