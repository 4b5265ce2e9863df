/// Greedy tokens against those of a reference.
///
/// Every token is chosen after the reference's own tokens before it, so one difference does not cause others.
/// If none differs, so does none of a run that goes its own way.
package struct TokenComparison: Sendable {
    /// A token that is another than the reference's.
    package struct Difference: Sendable, Equatable {
        /// Place among the tokens, from 0.
        package let position: Int
        package let expected: Int
        package let found: Int
        /// By how much the reference's best logit is above its second.
        package let expectedMargin: Double
        /// By how much the logit of the found token is above that of the expected one.
        package let foundMargin: Double
        /// Whether errors of logits as large as the tolerance can explain the difference.
        package let isNearTie: Bool

        init(
            position: Int, expected: Int, found: Int, expectedMargin: Double, foundMargin: Double,
            logitTolerance: Double
        ) {
            self.position = position
            self.expected = expected
            self.found = found
            self.expectedMargin = expectedMargin
            self.foundMargin = foundMargin
            // Both candidates may be off, in opposite directions.
            isNearTie = expectedMargin + foundMargin <= 2 * logitTolerance
        }
    }

    /// Tokens that were compared.
    package let count: Int
    package let differences: [Difference]
    /// How far the logits of runs that must agree were measured to be apart at most.
    package let logitTolerance: Double

    package var passes: Bool { count > 0 && differences.allSatisfy(\.isNearTie) }
}
