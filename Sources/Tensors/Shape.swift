/// Dimensions of a tensor, outermost first. A scalar has none.
package struct Shape: Sendable, Hashable, RandomAccessCollection, ExpressibleByArrayLiteral,
    CustomStringConvertible
{
    /// The dimensions as they are kept; ``dimensions`` are a copy.
    package let axes: Axes
    /// Product of the dimensions; 1 for a scalar.
    package let elementCount: Int

    /// Dimensions that the program computed itself; those of a file go through ``init(checking:)``.
    package init(_ dimensions: Axes) {
        axes = dimensions
        var product = 1
        for axis in 0..<dimensions.count { product *= dimensions[axis] }
        elementCount = product
    }

    package init(_ dimensions: [Int]) {
        self.init(Axes(dimensions))
    }

    package init(arrayLiteral elements: Int...) {
        self.init(elements)
    }

    /// Nil if a dimension is negative or the product, counted without the zeros, overflows when it is
    /// multiplied by the widest element.
    package init?(checking dimensions: Axes) {
        var product = 8
        for axis in 0..<dimensions.count where dimensions[axis] != 0 {
            let (next, overflow) = product.multipliedReportingOverflow(by: dimensions[axis])
            if dimensions[axis] < 0 || overflow { return nil }
            product = next
        }
        self.init(dimensions)
    }

    package init?(checking dimensions: [Int]) {
        self.init(checking: Axes(dimensions))
    }

    package var dimensions: [Int] { Array(axes) }

    package var startIndex: Int { 0 }
    package var endIndex: Int { axes.count }
    package subscript(axis: Int) -> Int { axes[axis] }

    /// Number of dimensions.
    package var rank: Int { axes.count }

    /// Element strides of a contiguous tensor, last axis fastest.
    package var rowMajorStrides: Axes {
        var strides = Axes(repeating: 1, count: rank)
        var axis = rank - 2
        while axis >= 0 {
            strides[axis] = strides[axis + 1] * axes[axis + 1]
            axis -= 1
        }
        return strides
    }

    /// Elements in memory of a tensor with these strides: those that are repeated along an axis count once.
    package func elementCount(strides: Axes) -> Int {
        var count = 1
        for axis in 0..<rank where strides[axis] != 0 || axes[axis] == 0 { count *= axes[axis] }
        return count
    }

    /// Axis counted from the end if negative, as ONNX allows; nil if out of range.
    package func axis(_ axis: Int) -> Int? {
        let resolved = axis < 0 ? axis + rank : axis
        return resolved >= 0 && resolved < rank ? resolved : nil
    }

    /// The shape that both operands are broadcast to by NumPy's rule, or nil if they do not fit.
    package static func broadcast(_ a: Shape, _ b: Shape) -> Shape? {
        let rank = Swift.max(a.rank, b.rank)
        var result = Axes(repeating: 1, count: rank)
        for axis in 0..<rank {
            let left = axis < rank - a.rank ? 1 : a[axis - (rank - a.rank)]
            let right = axis < rank - b.rank ? 1 : b[axis - (rank - b.rank)]
            guard left == right || left == 1 || right == 1 else { return nil }
            result[axis] = left == 1 ? right : left
        }
        return Shape(checking: result)
    }

    /// `[2, 3]`; `[]` for a scalar.
    package var description: String { axes.description }
}
