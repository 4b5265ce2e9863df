import Tensors

/// The order in which an elementwise operator visits its result and up to four broadcast operands: row-major,
/// with axes merged wherever all operands allow it.
struct LoopNest: Sendable {
    /// A piece of the innermost loop.
    struct Run {
        /// Counted from the start of the range that is walked.
        let start: Int
        let count: Int
        /// Of each operand's first element, in its ``Tensor/stridedSpan(_:)``.
        let offsets: SIMD4<Int>
    }

    private var dimensions: [Int] = []
    private var strides: [SIMD4<Int>] = []
    private var origin = SIMD4<Int>()

    /// - Parameter shape: one that all operands broadcast to.
    init(_ shape: Shape, _ a: Tensor, _ b: Tensor? = nil, _ c: Tensor? = nil) {
        origin[0] = a.stridedOrigin
        if let b { origin[1] = b.stridedOrigin }
        if let c { origin[2] = c.stridedOrigin }
        merge(shape) { axis in
            var stride = SIMD4<Int>()
            stride[0] = a.broadcastStride(axis - shape.rank)
            if let b { stride[1] = b.broadcastStride(axis - shape.rank) }
            if let c { stride[2] = c.broadcastStride(axis - shape.rank) }
            return stride
        }
    }

    /// For one operand that is not a tensor.
    init(_ shape: Shape, strides: [Int]) {
        merge(shape) { SIMD4(strides[$0], 0, 0, 0) }
    }

    private mutating func merge(_ shape: Shape, _ strideOfAxis: (Int) -> SIMD4<Int>) {
        dimensions.reserveCapacity(shape.rank + 1)
        strides.reserveCapacity(shape.rank + 1)
        for axis in 0..<shape.rank where shape[axis] != 1 {
            let stride = strideOfAxis(axis)
            if let last = strides.last, last == stride &* shape[axis] {
                dimensions[dimensions.count - 1] *= shape[axis]
                strides[strides.count - 1] = stride
            } else {
                dimensions.append(shape[axis])
                strides.append(stride)
            }
        }
        if dimensions.isEmpty {
            dimensions.append(1)
            strides.append(SIMD4(repeating: 1))
        }
    }

    /// Distance between neighbours of a run, for each operand.
    var steps: SIMD4<Int> { strides[strides.count - 1] }

    /// The runs that cover a range of the result's elements, which must not be empty.
    func runs(in range: Range<Int>) -> Runs { Runs(self, range) }

    struct Runs: IteratorProtocol {
        private let nest: LoopNest
        private let rowLength: Int
        private var position: [Int]
        private var offsets: SIMD4<Int>
        private var start = 0
        private let count: Int

        init(_ nest: LoopNest, _ range: Range<Int>) {
            self.nest = nest
            count = range.count
            offsets = nest.origin
            position = nest.dimensions
            rowLength = nest.dimensions[nest.dimensions.count - 1]
            var index = range.lowerBound
            for axis in stride(from: position.count - 1, through: 0, by: -1) {
                let (quotient, remainder) = index.quotientAndRemainder(dividingBy: position[axis])
                position[axis] = remainder
                offsets &+= nest.strides[axis] &* remainder
                index = quotient
            }
        }

        mutating func next() -> Run? {
            guard start < count else { return nil }
            var axis = position.count - 1
            let length = min(count - start, rowLength - position[axis])
            let run = Run(start: start, count: length, offsets: offsets)
            start += length
            advance(axis, by: length)
            while axis > 0, position[axis] == nest.dimensions[axis] {
                offsets &-= nest.strides[axis] &* nest.dimensions[axis]
                position[axis] = 0
                axis -= 1
                advance(axis, by: 1)
            }
            return run
        }

        private mutating func advance(_ axis: Int, by count: Int) {
            position[axis] += count
            offsets &+= nest.strides[axis] &* count
        }
    }
}

extension Tensor {
    /// Stride along an axis counted from the end; 0 where this tensor is repeated.
    fileprivate func broadcastStride(_ axis: Int) -> Int {
        let own = axis + rank
        return own < 0 || shape[own] == 1 ? 0 : strides[own]
    }
}
