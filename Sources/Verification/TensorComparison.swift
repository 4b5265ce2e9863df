package import Tensors

/// What was found against what was expected.
package struct TensorComparison: Sendable {
    /// Type and shape of a tensor.
    package struct Description: Sendable, Equatable, CustomStringConvertible {
        package let elementType: ElementType
        package let shape: Shape

        package var description: String { "\(elementType)\(shape)" }
    }

    package let expected: Description
    package let found: Description
    package let tolerance: Tolerance
    /// Nil if types or shapes differ: there is nothing to compare then.
    package let errors: ErrorStatistics?
    package let passes: Bool

    package init(found: Tensor, expected: Tensor, tolerance: Tolerance) {
        let tolerance = tolerance.allowingRounding(to: expected.elementType)
        self.expected = Description(elementType: expected.elementType, shape: expected.shape)
        self.found = Description(elementType: found.elementType, shape: found.shape)
        self.tolerance = tolerance
        guard self.expected == self.found else {
            errors = nil
            passes = false
            return
        }
        let errors = ErrorStatistics(found: found, expected: expected, tolerance: tolerance)
        self.errors = errors
        switch tolerance {
        case .relativeL2(let limit): passes = errors.relativeL2 <= limit
        case .elementwise: passes = errors.outsideCount == 0
        }
    }
}
