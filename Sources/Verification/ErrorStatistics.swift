internal import Tensors

/// How two tensors of one type and shape differ.
package struct ErrorStatistics: Sendable {
    /// An element and what it should be.
    package struct Element: Sendable, Equatable {
        /// One number per axis.
        package let index: [Int]
        package let expected: Double
        package let found: Double
    }

    /// NaN and infinite elements of a tensor.
    package struct NonFinite: Sendable, Equatable {
        package fileprivate(set) var nan = 0
        package fileprivate(set) var infinite = 0
    }

    package let elementCount: Int
    /// Largest `|found - expected|`; infinite if one of them is not finite and the other differs.
    package let maxAbsolute: Double
    /// Largest `|found - expected| / |expected|` where the expected value is not 0.
    package let maxRelative: Double
    /// `‖found - expected‖ / ‖expected‖`; the numerator alone if all that is expected is 0.
    package let relativeL2: Double
    /// Cosine of the angle between both, over elements that are finite in both; 1 if both are 0.
    package let cosine: Double
    package let expectedNonFinite: NonFinite
    package let foundNonFinite: NonFinite
    /// Elements outside an elementwise tolerance; without one, those that differ at all.
    package let outsideCount: Int
    /// The elements with the largest absolute errors, the largest first.
    package let worst: [Element]

    /// - Precondition: types and shapes are equal.
    init(found: Tensor, expected: Tensor, tolerance: Tolerance) {
        let sums = ErrorSums(found: found.contiguous(), expected: expected.contiguous(), tolerance: tolerance)
        elementCount = expected.elementCount
        maxAbsolute = sums.maxAbsolute
        maxRelative = sums.maxRelative
        relativeL2 = sums.relativeL2
        cosine = sums.cosine
        expectedNonFinite = sums.expectedNonFinite
        foundNonFinite = sums.foundNonFinite
        outsideCount = sums.outsideCount
        worst = sums.worst.map { element in
            var rest = element.offset
            let index = expected.shape.rowMajorStrides.map { stride in
                defer { rest %= stride }
                return rest / stride
            }
            return Element(index: index, expected: element.expected, found: element.found)
        }
    }
}

/// What is summed up element by element.
private struct ErrorSums {
    var maxAbsolute = 0.0
    var maxRelative = 0.0
    var expectedNonFinite = ErrorStatistics.NonFinite()
    var foundNonFinite = ErrorStatistics.NonFinite()
    var outsideCount = 0
    var worst: [(error: Double, offset: Int, expected: Double, found: Double)] = []
    private var largestExpected = 0.0
    private var squaredDifference = 0.0
    private var squaredExpected = 0.0
    private var squaredFound = 0.0
    private var product = 0.0
    private let relative: Double
    private let absolute: Double

    private static let worstCount = 5

    init(found: Tensor, expected: Tensor, tolerance: Tolerance) {
        if case .elementwise(let relative, let absolute) = tolerance {
            (self.relative, self.absolute) = (relative, absolute)
        } else {
            (relative, absolute) = (0, 0)
        }
        switch expected.elementType {
        case .float32: add(found.span(Float.self), expected.span(Float.self))
        case .float64: add(found.span(Double.self), expected.span(Double.self))
        case .float16: add(found.span(Float16.self), expected.span(Float16.self))
        case .bfloat16: add(found.span(BFloat16.self), expected.span(BFloat16.self))
        case .int8: add(found.span(Int8.self), expected.span(Int8.self))
        case .int16: add(found.span(Int16.self), expected.span(Int16.self))
        case .int32: add(found.span(Int32.self), expected.span(Int32.self))
        case .int64: add(found.span(Int64.self), expected.span(Int64.self))
        case .uint8, .bool: add(found.bytes, expected.bytes)
        case .uint16: add(found.span(UInt16.self), expected.span(UInt16.self))
        case .uint32: add(found.span(UInt32.self), expected.span(UInt32.self))
        case .uint64: add(found.span(UInt64.self), expected.span(UInt64.self))
        }
        worst.sort { $0.error > $1.error }
    }

    private mutating func add<Element: ComparedElement>(_ found: Span<Element>, _ expected: Span<Element>) {
        for index in 0..<expected.count {
            add(
                found: found[index].comparedValue, expected: expected[index].comparedValue,
                distance: found[index].absoluteDifference(from: expected[index]), at: index)
        }
    }

    /// Bytes, because a `Bool` of a file may hold others than 0 and 1, which Swift must not see.
    private mutating func add(_ found: RawSpan, _ expected: RawSpan) {
        for index in 0..<expected.byteCount {
            let a = found.unsafeLoad(fromByteOffset: index, as: UInt8.self)
            let b = expected.unsafeLoad(fromByteOffset: index, as: UInt8.self)
            add(
                found: a.comparedValue, expected: b.comparedValue, distance: a.absoluteDifference(from: b),
                at: index)
        }
    }

    @inline(__always)
    private mutating func add(found: Double, expected: Double, distance: Double, at offset: Int) {
        if expected.isFinite && found.isFinite {
            largestExpected = max(largestExpected, abs(expected))
            squaredExpected += expected * expected
            squaredFound += found * found
            product += found * expected
            if distance == 0 { return }
        } else {
            expectedNonFinite.count(expected)
            foundNonFinite.count(found)
            if found == expected || found.isNaN && expected.isNaN { return }
        }
        let error = distance.isNaN ? .infinity : distance
        squaredDifference += error * error
        maxAbsolute = max(maxAbsolute, error)
        if expected != 0 && !expected.isNaN { maxRelative = max(maxRelative, error / abs(expected)) }
        // An infinite expectation allows any error by the formula, and so does not by this one.
        if !(error.isFinite && error <= absolute + relative * abs(expected)) { outsideCount += 1 }
        if worst.count < Self.worstCount {
            worst.append((error, offset, expected, found))
        } else if let least = worst.indices.min(by: { worst[$0].error < worst[$1].error }),
            worst[least].error < error
        {
            worst[least] = (error, offset, expected, found)
        }
    }

    var relativeL2: Double {
        let length = squaredDifference.squareRoot()
        if largestExpected == 0 { return length }
        // The squares of float64 can leave its range, and what is left are the largest elements.
        let isInRange = squaredExpected.isNormal && squaredDifference.isFinite
        return isInRange ? length / squaredExpected.squareRoot() : maxAbsolute / largestExpected
    }

    var cosine: Double {
        if squaredExpected == 0 && squaredFound == 0 { return 1 }
        let lengths = squaredExpected.squareRoot() * squaredFound.squareRoot()
        return lengths == 0 ? 0 : product / lengths
    }
}

extension ErrorStatistics.NonFinite {
    fileprivate mutating func count(_ value: Double) {
        if value.isNaN { nan += 1 }
        if value.isInfinite { infinite += 1 }
    }
}
