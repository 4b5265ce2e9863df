internal import Tensors

/// A check, flat: fields that do not apply are left out.
struct JSONCheck: Encodable {
    struct Description: Encodable {
        let type: String
        let shape: [Int]
        var nan: Int?
        var infinite: Int?

        init(_ description: TensorComparison.Description, _ counts: ErrorStatistics.NonFinite?) {
            type = description.elementType.description
            shape = description.shape.dimensions
            nan = counts?.nan
            infinite = counts?.infinite
        }
    }

    struct Limit: Encodable {
        var relativeL2: Double?
        var rtol: Double?
        var atol: Double?

        init(_ tolerance: Tolerance) {
            switch tolerance {
            case .relativeL2(let limit): relativeL2 = limit
            case .elementwise(let relative, let absolute): (rtol, atol) = (relative, absolute)
            }
        }
    }

    struct Element: Encodable {
        let index: [Int]
        let expected: Double
        let found: Double

        init(_ element: ErrorStatistics.Element) {
            (index, expected, found) = (element.index, element.expected, element.found)
        }
    }

    struct Difference: Encodable {
        let position: Int
        let expected: Int
        let found: Int
        let expectedMargin: Double
        let foundMargin: Double
        let verdict: String

        init(_ difference: TokenComparison.Difference) {
            (position, expected, found) = (difference.position, difference.expected, difference.found)
            (expectedMargin, foundMargin) = (difference.expectedMargin, difference.foundMargin)
            verdict = difference.isNearTie ? "near_tie" : "wrong"
        }
    }

    let part: String
    let item: String
    let value: String
    let passes: Bool
    var error: String?
    var expected: Description?
    var found: Description?
    var tolerance: Limit?
    var maxAbsoluteError: Double?
    var maxRelativeError: Double?
    var relativeL2: Double?
    var cosine: Double?
    var differing: Int?
    var worst: [Element]?
    var tokens: Int?
    var logitTolerance: Double?
    var tokenDifferences: [Difference]?

    private enum CodingKeys: String, CodingKey {
        case part, item = "case", value, passes, error, expected, found, tolerance, maxAbsoluteError,
            maxRelativeError, relativeL2 = "relative_l2", cosine, differing, worst,
            tokens, logitTolerance, tokenDifferences
    }

    init(_ check: Check) {
        part = check.subject
        item = check.item
        value = check.value
        passes = check.passes
        switch check.outcome {
        case .failure(let message): error = message
        case .tensor(let comparison): add(comparison)
        case .tokens(let comparison):
            tokens = comparison.count
            logitTolerance = comparison.logitTolerance
            tokenDifferences = comparison.differences.map(Difference.init)
        }
    }

    private mutating func add(_ comparison: TensorComparison) {
        let errors = comparison.errors
        expected = Description(comparison.expected, errors?.expectedNonFinite)
        found = Description(comparison.found, errors?.foundNonFinite)
        tolerance = Limit(comparison.tolerance)
        maxAbsoluteError = errors?.maxAbsolute
        maxRelativeError = errors?.maxRelative
        relativeL2 = errors?.relativeL2
        cosine = errors?.cosine
        differing = errors?.outsideCount
        if !comparison.passes {
            worst = errors?.worst.map(Element.init)
        }
    }
}
