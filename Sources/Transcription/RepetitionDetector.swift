/// Finds loops, the commonest failure of speech models: the same few tokens over and over.
package struct RepetitionDetector: Sendable {
    /// Lengths of a loop that are looked for, in tokens.
    package static let periods = 1...8
    /// A pattern counts as a loop once it stands this often in a row, as in the models' own clean-up.
    package static let repetitions = 20

    private var tokens: [Int] = []
    /// For each period, how many of the last tokens equal the one a period before.
    private var matches = [Int](repeating: 0, count: periods.upperBound + 1)

    package init() {}

    /// Adds a token.
    ///
    /// - Returns: how many of the last tokens only repeat the pattern before them, once a loop is certain.
    package mutating func push(_ token: Int) -> Int? {
        tokens.append(token)
        for period in Self.periods {
            let previous = tokens.count - 1 - period
            matches[period] = previous >= 0 && tokens[previous] == token ? matches[period] + 1 : 0
        }
        return Self.periods.lazy
            .filter { [matches] in matches[$0] >= $0 * (Self.repetitions - 1) }
            .map { [matches] in matches[$0] }
            .first
    }
}
