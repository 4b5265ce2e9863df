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

    private var dimensions: [Int] = []
    private var strides: [Int] = []
    private let isEmpty: Bool

    package init(shape: Shape, strides: [Int]) {
        isEmpty = shape.elementCount == 0
        for (dimension, stride) in zip(shape, strides) where dimension != 1 {
            if let last = self.strides.last, last == stride * dimension {
                self.dimensions[self.dimensions.count - 1] *= dimension
                self.strides[self.strides.count - 1] = stride
            } else {
                self.dimensions.append(dimension)
                self.strides.append(stride)
            }
        }
        if dimensions.isEmpty {
            dimensions = [1]
            self.strides = [1]
        }
    }

    package func forEachRow<Failure: Error>(_ body: (Row) throws(Failure) -> Void) throws(Failure) {
        guard !isEmpty else { return }
        let outer = dimensions.count - 1
        let rows = dimensions[..<outer].reduce(1, *)
        var position = [Int](repeating: 0, count: outer)
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
