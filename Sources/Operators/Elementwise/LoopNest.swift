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

    /// Elements of a whole run of the innermost loop.
    private(set) var rowLength = 1
    /// Distance between neighbours of a run, for each operand.
    private(set) var steps = SIMD4<Int>(repeating: 1)
    // Of the loops around it, outermost first; empty, so that nothing is allocated, in the usual case.
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
    init(_ shape: Shape, strides: Axes) {
        merge(shape) { SIMD4(strides[$0], 0, 0, 0) }
    }

    private mutating func merge(_ shape: Shape, _ strideOfAxis: (Int) -> SIMD4<Int>) {
        for axis in 0..<shape.rank where shape[axis] != 1 {
            let stride = strideOfAxis(axis)
            if rowLength == 1 {
                rowLength = shape[axis]
            } else if steps == stride &* shape[axis] {
                rowLength *= shape[axis]
            } else {
                dimensions.append(rowLength)
                strides.append(steps)
                rowLength = shape[axis]
            }
            steps = stride
        }
    }

    /// The runs that cover a range of the result's elements, which must not be empty.
    func runs(in range: Range<Int>) -> Runs { Runs(self, range) }

    struct Runs: IteratorProtocol {
        private let nest: LoopNest
        private let count: Int
        private var start = 0
        /// Place within the current row.
        private var column: Int
        /// Indices of the outer loops.
        private var position: [Int]
        /// Of the first element of the current row.
        private var offsets: SIMD4<Int>

        init(_ nest: LoopNest, _ range: Range<Int>) {
            self.nest = nest
            count = range.count
            offsets = nest.origin
            position = nest.dimensions
            var index: Int
            (index, column) = range.lowerBound.quotientAndRemainder(dividingBy: nest.rowLength)
            for axis in position.indices.reversed() {
                let (quotient, remainder) = index.quotientAndRemainder(dividingBy: position[axis])
                position[axis] = remainder
                offsets &+= nest.strides[axis] &* remainder
                index = quotient
            }
        }

        mutating func next() -> Run? {
            guard start < count else { return nil }
            let length = min(count - start, nest.rowLength - column)
            let run = Run(start: start, count: length, offsets: offsets &+ nest.steps &* column)
            start += length
            column = 0
            var axis = position.count - 1
            while axis >= 0 {
                position[axis] += 1
                offsets &+= nest.strides[axis]
                if position[axis] < nest.dimensions[axis] { break }
                offsets &-= nest.strides[axis] &* position[axis]
                position[axis] = 0
                axis -= 1
            }
            return run
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
