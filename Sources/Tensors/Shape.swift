/// Dimensions of a tensor, outermost first. A scalar has none.
package struct Shape: Sendable, Hashable, RandomAccessCollection, ExpressibleByArrayLiteral,
    CustomStringConvertible
{
    package let dimensions: [Int]
    /// Product of the dimensions; 1 for a scalar.
    package let elementCount: Int

    /// Dimensions that the program computed itself; those of a file go through ``init(checking:)``.
    package init(_ dimensions: [Int]) {
        self.dimensions = dimensions
        elementCount = dimensions.reduce(1, *)
    }

    package init(arrayLiteral elements: Int...) {
        self.init(elements)
    }

    /// Nil if a dimension is negative or the product, counted without the zeros, overflows when it is
    /// multiplied by the widest element.
    package init?(checking dimensions: [Int]) {
        var product = 8
        for dimension in dimensions where dimension != 0 {
            let (next, overflow) = product.multipliedReportingOverflow(by: dimension)
            if dimension < 0 || overflow { return nil }
            product = next
        }
        self.init(dimensions)
    }

    package var startIndex: Int { 0 }
    package var endIndex: Int { dimensions.count }
    package subscript(axis: Int) -> Int { dimensions[axis] }

    /// Number of dimensions.
    package var rank: Int { dimensions.count }

    /// Element strides of a contiguous tensor, last axis fastest.
    package var rowMajorStrides: [Int] {
        var strides = [Int](repeating: 1, count: rank)
        for axis in stride(from: rank - 2, through: 0, by: -1) {
            strides[axis] = strides[axis + 1] * dimensions[axis + 1]
        }
        return strides
    }

    /// Elements in memory of a tensor with these strides: those that are repeated along an axis count once.
    package func elementCount(strides: [Int]) -> Int {
        var count = 1
        for axis in dimensions.indices where strides[axis] != 0 || dimensions[axis] == 0 {
            count *= dimensions[axis]
        }
        return count
    }

    /// Axis counted from the end if negative, as ONNX allows; nil if out of range.
    package func axis(_ axis: Int) -> Int? {
        let resolved = axis < 0 ? axis + rank : axis
        return dimensions.indices.contains(resolved) ? resolved : nil
    }

    /// The shape that both operands are broadcast to by NumPy's rule, or nil if they do not fit.
    package static func broadcast(_ a: Shape, _ b: Shape) -> Shape? {
        let rank = Swift.max(a.rank, b.rank)
        var result = [Int](repeating: 1, count: rank)
        for axis in 0..<rank {
            let left = axis < rank - a.rank ? 1 : a[axis - (rank - a.rank)]
            let right = axis < rank - b.rank ? 1 : b[axis - (rank - b.rank)]
            guard left == right || left == 1 || right == 1 else { return nil }
            result[axis] = left == 1 ? right : left
        }
        return Shape(checking: result)
    }

    /// `[2, 3]`; `[]` for a scalar.
    package var description: String { "\(dimensions)" }
}
