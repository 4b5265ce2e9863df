/// Walks a strided tensor row by row of its last axis, in row-major order.
///
/// Axes that continue each other in memory are merged first, so that rows are as long as can be.
package struct StridedRows {
    /// One run of elements along the merged last axis.
    package struct Row {
        /// Which row, counted from 0.
        package let index: Int
        /// Of the first element, in elements from the tensor's first.
        package let offset: Int
        /// Between neighbours, in elements.
        package let stride: Int
        package let count: Int
    }

    /// Of the merged axes; behind them is room for as many as there were.
    private var dimensions: Axes
    private var strides: Axes
    /// Merged axes but the last.
    private let outer: Int
    private let isEmpty: Bool

    package init(shape: Shape, strides: Axes) {
        isEmpty = shape.elementCount == 0
        dimensions = Axes(repeating: 1, count: max(1, shape.rank))
        self.strides = Axes(repeating: 1, count: max(1, shape.rank))
        var last = -1
        for axis in 0..<shape.rank where shape[axis] != 1 {
            if last >= 0, self.strides[last] == strides[axis] * shape[axis] {
                dimensions[last] *= shape[axis]
            } else {
                last += 1
                dimensions[last] = shape[axis]
            }
            self.strides[last] = strides[axis]
        }
        outer = max(0, last)
    }

    package func forEachRow<Failure: Error>(_ body: (Row) throws(Failure) -> Void) throws(Failure) {
        guard !isEmpty else { return }
        var rows = 1
        for axis in 0..<outer { rows *= dimensions[axis] }
        var position = Axes(repeating: 0, count: outer)
        var offset = 0
        for index in 0..<rows {
            try body(Row(index: index, offset: offset, stride: strides[outer], count: dimensions[outer]))
            var axis = outer - 1
            while axis >= 0 {
                position[axis] += 1
                offset += strides[axis]
                if position[axis] < dimensions[axis] { break }
                offset -= position[axis] * strides[axis]
                position[axis] = 0
                axis -= 1
            }
        }
    }
}
