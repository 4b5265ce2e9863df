/// A regular expression as a tree.
indirect enum PatternSyntax {
    /// One scalar of the set. `literal` holds if the pattern spells it out, which matters to case folding.
    case set(ScalarSet, literal: Unicode.Scalar?)
    case sequence([PatternSyntax])
    case alternatives([PatternSyntax])

    /// As often as possible, at least `minimum` times, at most `maximum` times if there is one.
    case repetition(PatternSyntax, minimum: Int, maximum: Int?)

    /// Matches nothing, where the pattern follows, or where it does not.
    case lookahead(PatternSyntax, isNegative: Bool)

    /// Whether the pattern may match without taking a scalar.
    var matchesEmpty: Bool {
        switch self {
        case .set: false
        case .sequence(let parts): parts.allSatisfy(\.matchesEmpty)
        case .alternatives(let parts): parts.contains(where: \.matchesEmpty)
        case .repetition(let part, let minimum, _): minimum == 0 || part.matchesEmpty
        case .lookahead: true
        }
    }
}

/// Why a pattern is not understood.
struct PatternError: Error {
    let reason: String

    init(_ reason: String) {
        self.reason = reason
    }
}
