/// A matrix of floats in memory at any address, as weights lie in a model's file.
package struct MatrixOperand: ~Escapable {
    /// From the first element on.
    let bytes: RawSpan
    package let rows: Int
    package let columns: Int
    /// Between the starts of rows, or of columns if ``isTransposed``, in elements.
    let stride: Int
    /// Whether columns, not rows, lie together.
    package let isTransposed: Bool

    /// - Parameters:
    ///   - bytes: from the first element on; may be longer than the matrix.
    ///   - stride: elements from one row to the next; of a transposed matrix from one column to the next.
    ///   - isTransposed: whether it is the columns whose elements lie side by side.
    @_lifetime(copy bytes)
    package init(_ bytes: RawSpan, rows: Int, columns: Int, stride: Int, isTransposed: Bool = false) {
        precondition(rows >= 0 && columns >= 0 && stride >= 0)
        let (lines, length) = isTransposed ? (columns, rows) : (rows, columns)
        if lines > 0 && length > 0 {
            let (last, overflow) = (lines - 1).multipliedReportingOverflow(by: stride)
            precondition(!overflow && last <= bytes.byteCount / 4 - length, "matrix out of bounds")
        }
        self.bytes = bytes
        self.rows = rows
        self.columns = columns
        self.stride = stride
        self.isTransposed = isTransposed
    }

    /// Rows one after the other.
    @_lifetime(copy elements)
    package init(_ elements: Span<Float>, rows: Int, columns: Int) {
        self.init(elements.bytes, rows: rows, columns: columns, stride: columns)
    }
}
