package import Foundation

/// `greedy.json` of a reference: the tokens that greedy decoding chose for several lengths of a recording.
package struct GreedyReference: Decodable, Sendable {
    package struct Case: Decodable, Sendable {
        /// Of the recording, from its start.
        package let samples: Int
        package let melFrames: Int?
        package let audioTokens: Int
        package let promptIds: [Int]?
        package let tokens: [Int]
        /// By how much each token's logit was above the second best.
        package let top2Margin: [Double]
    }

    /// Name of the recording's file.
    package let audio: String
    /// By length and variant, as in `1.23s.int4`.
    package let cases: [String: Case]

    package init(file: URL) throws(VerificationError) {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        do {
            self = try decoder.decode(Self.self, from: Data(contentsOf: file))
        } catch {
            throw .reference("\(file.path): not a reference of greedy decoding: \(error)")
        }
        for (name, value) in cases {
            guard value.samples > 0, value.tokens.count == value.top2Margin.count else {
                throw .reference("\(file.path): case \(name) contradicts itself")
            }
        }
    }

    /// The cases of a variant, shortest first.
    package func cases(suffix: String) -> [(name: String, value: Case)] {
        cases.filter { $0.key.hasSuffix(".\(suffix)") }.sorted {
            ($0.value.samples, $0.key) < ($1.value.samples, $1.key)
        }
        .map { ($0.key, $0.value) }
    }
}
