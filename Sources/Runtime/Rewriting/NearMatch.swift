/// Where a rewrite pass might be expected to have fused something, and did not.
package struct NearMatch: Sendable, Equatable {
    /// The pass whose pattern the node is part of.
    package let pass: String
    /// The operator left over, with its domain.
    package let type: String
    package let node: String
    /// What of the pattern is missing, as far as it can be told.
    package let reason: String
}
