/// Vectors of 16 floats in the loops of this module: four registers of the baseline instruction set.
typealias FloatVector = SIMD16<Float>

/// Whole vectors and tails of rows, and the reductions over them.
///
/// The compiler never vectorises a sum or a maximum of floats by itself, because that changes the order of
/// operations; these do it by hand.
extension Span<Float> {
    /// The 16 elements from `index` on.
    @inline(__always)
    func vector(at index: Int) -> FloatVector {
        bytes.unsafeLoadUnaligned(fromByteOffset: index &* 4, as: FloatVector.self)
    }

    /// The elements from `index` to the end, fewer than 16, and `padding` in the other lanes.
    @inline(__always)
    func tail(from index: Int, padding: Float = 0) -> FloatVector {
        var result = FloatVector(repeating: padding)
        for lane in 0..<(count - index) { result[lane] = self[index + lane] }
        return result
    }

    /// Index of the first element that is in no whole vector.
    @inline(__always)
    var tailStart: Int { count & ~15 }

    var sum: Float {
        var total = FloatVector.zero
        var index = 0
        while index < tailStart {
            total += vector(at: index)
            index &+= 16
        }
        return (total + tail(from: index)).sum()
    }

    /// Minus infinity if empty.
    var maximum: Float {
        var result = FloatVector(repeating: -.infinity)
        var index = 0
        while index < tailStart {
            let next = vector(at: index)
            result.replace(with: next, where: next .> result)
            index &+= 16
        }
        let last = tail(from: index, padding: -.infinity)
        result.replace(with: last, where: last .> result)
        return result.max()
    }

    /// Sum of the squared distances from a value.
    func sumOfSquares(around center: Float = 0) -> Float {
        var total = FloatVector.zero
        var index = 0
        while index < tailStart {
            let distance = vector(at: index) - center
            total += distance * distance
            index &+= 16
        }
        let distance = tail(from: index, padding: center) - center
        return (total + distance * distance).sum()
    }
}

extension MutableSpan<Float> {
    @inline(__always)
    mutating func store(_ vector: FloatVector, at index: Int) {
        var bytes = mutableBytes
        bytes.storeBytes(of: vector, toByteOffset: index &* 4, as: FloatVector.self)
    }

    /// Stores the first lanes from `index` to the end.
    @inline(__always)
    mutating func storeTail(_ vector: FloatVector, from index: Int) {
        for lane in 0..<(count - index) { self[index + lane] = vector[lane] }
    }

    /// Applies a function to each element, 16 at a time.
    @inline(__always)
    mutating func mapVectors(_ body: (FloatVector) -> FloatVector) {
        let tailStart = count & ~15
        var index = 0
        while index < tailStart {
            store(body(span.vector(at: index)), at: index)
            index &+= 16
        }
        if index < count { storeTail(body(span.tail(from: index)), from: index) }
    }
}

extension MutableSpan<Float> {
    /// Writes a function of each element of a span of this one's length.
    @inline(__always)
    mutating func writeVectors(from source: Span<Float>, _ body: (FloatVector) -> FloatVector) {
        precondition(source.count == count)
        var index = 0
        while index < source.tailStart {
            store(body(source.vector(at: index)), at: index)
            index &+= 16
        }
        if index < count { storeTail(body(source.tail(from: index)), from: index) }
    }

    /// Writes a function of the sums of two spans' elements.
    @inline(__always)
    mutating func writeVectors(
        from source: Span<Float>, adding other: Span<Float>, _ body: (FloatVector) -> FloatVector
    ) {
        precondition(source.count == count && other.count == count)
        var index = 0
        while index < source.tailStart {
            store(body(source.vector(at: index) + other.vector(at: index)), at: index)
            index &+= 16
        }
        if index < count { storeTail(body(source.tail(from: index) + other.tail(from: index)), from: index) }
    }
}

extension MutableSpan where Element: BitwiseCopyable {
    /// A run of this span's elements, to be written while this one waits.
    @_lifetime(&self)
    @inline(__always)
    mutating func part(_ range: Range<Int>) -> MutableSpan<Element> {
        _mutatingExtracting(range)
    }
}
