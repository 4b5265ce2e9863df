import Tensors
import Testing
import Verification

@Suite struct TensorComparisonTests {
    private func compare<Element: TensorElement>(
        _ found: [Element], _ expected: [Element], _ tolerance: Tolerance = .relativeL2(1e-5)
    ) -> TensorComparison {
        TensorComparison(found: Tensor(found), expected: Tensor(expected), tolerance: tolerance)
    }

    @Test func errorsOfFloats() throws {
        let comparison = compare([3, 4.5, 0] as [Float], [3, 4, 0])
        let errors = try #require(comparison.errors)
        #expect(errors.maxAbsolute == 0.5)
        #expect(errors.maxRelative == 0.125)
        #expect(errors.relativeL2 == 0.1)
        #expect(abs(errors.cosine - 27 / (5 * (9 + 20.25).squareRoot())) < 1e-15)
        #expect(errors.outsideCount == 1)
        #expect(errors.worst.map(\.index) == [[1]])
        #expect(errors.worst[0].expected == 4 && errors.worst[0].found == 4.5)
        #expect(!comparison.passes)
        #expect(compare([3, 4.5] as [Float], [3, 4], .relativeL2(0.11)).passes)
    }

    @Test func elementwiseRuleIsRelativeToTheExpected() {
        let (found, expected): ([Float], [Float]) = ([1.5, 0.25], [1, 0])
        #expect(compare(found, expected, .elementwise(relative: 0.25, absolute: 0.25)).passes)
        #expect(!compare(found, expected, .elementwise(relative: 0.25, absolute: 0.125)).passes)
        #expect(!compare(found, expected, .elementwise(relative: 0.125, absolute: 0.25)).passes)
    }

    @Test(arguments: [
        Tolerance.relativeL2(1e-5), .elementwise(relative: 1e-3, absolute: 1e-7),
    ])
    func nonFiniteElementsMustBeTheSame(tolerance: Tolerance) throws {
        let (nan, infinity) = (Float.nan, Float.infinity)
        #expect(compare([nan, infinity, 1], [nan, infinity, 1], tolerance).passes)
        #expect(!compare([nan, 1], [1, 1], tolerance).passes)
        #expect(!compare([1, 1], [nan, 1], tolerance).passes)
        #expect(!compare([infinity, 1], [-infinity, 1], tolerance).passes)
        #expect(!compare([1, 1], [infinity, 1], tolerance).passes)
        let errors = try #require(compare([nan, infinity, 1], [1, infinity, nan], tolerance).errors)
        #expect(errors.foundNonFinite.nan == 1 && errors.foundNonFinite.infinite == 1)
        #expect(errors.expectedNonFinite.nan == 1 && errors.maxAbsolute == .infinity)
    }

    @Test func typesAndShapesMustBeTheSame() {
        #expect(compare([1] as [Float], [1, 1]).errors == nil)
        let other = TensorComparison(
            found: Tensor([1] as [Double]), expected: Tensor([1] as [Float]), tolerance: .relativeL2(1))
        #expect(other.errors == nil && !other.passes)
        #expect(!compare([] as [Float], [1]).passes)
        #expect(compare([] as [Float], []).passes)
    }

    @Test func integersAreComparedExactly() throws {
        let large = Int64.max - 1
        #expect(compare([large], [large]).passes)
        let close = try #require(compare([large], [large - 1]).errors)
        #expect(close.maxAbsolute == 1 && close.outsideCount == 1)
        #expect(compare([Int64.min], [Int64.max]).errors?.maxAbsolute == 0x1p64)
        #expect(compare([UInt8.max], [0]).errors?.maxAbsolute == 255)
        #expect(!compare([true, false], [true, true]).passes)
        #expect(compare([true, false], [true, false]).passes)
    }

    @Test func roundingOfNarrowTypesIsAllowed() {
        let (one, next) = (Float16(1), Float16(1).nextUp)
        #expect(compare([next, one, one, one], [one, one, one, one]).passes)
        #expect(!compare([Float16(1.01)], [one]).passes)
        #expect(compare([BFloat16(1.003)], [BFloat16(1)]).passes)
    }

    @Test func squaresOutOfRange() throws {
        #expect(!compare([2e200], [1e200]).passes)
        #expect(!compare([2e-200], [1e-200]).passes)
        #expect(compare([1e200, -1e-200], [1e200, -1e-200]).passes)
        #expect(!compare([1e-3] as [Float], [0]).passes)
    }

    @Test func worstElementsOfMatrices() throws {
        let expected = Tensor([Float](repeating: 0, count: 24), shape: [2, 3, 4])
        let found = Tensor((0..<24).map { Float($0 % 7) }, shape: [2, 3, 4])
        let worst = try #require(
            TensorComparison(found: found, expected: expected, tolerance: .relativeL2(1)).errors?.worst)
        #expect(worst.count == 5)
        #expect(worst.map(\.found) == [6, 6, 6, 5, 5])
        #expect(
            worst.allSatisfy {
                Float($0.found) == Float(($0.index[0] * 12 + $0.index[1] * 4 + $0.index[2]) % 7)
            })
    }

    @Test func viewsAreRead() {
        let matrix = Tensor([1, 2, 3, 4] as [Float], shape: [2, 2])
        let transposed = Tensor([1, 3, 2, 4] as [Float], shape: [2, 2])
        #expect(
            TensorComparison(
                found: matrix.transposed([1, 0]), expected: transposed, tolerance: .relativeL2(0)
            ).passes)
    }
}
