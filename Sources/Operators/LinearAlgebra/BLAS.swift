internal import COpenBLAS
internal import Kernels
internal import Tensors

/// An element type that OpenBLAS multiplies.
protocol BLASElement: TensorElement, BinaryFloatingPoint {
    static func gemm(_ call: BLASCall<Self>)
    static func gemv(_ call: BLASCall<Self>)
}

/// A matrix in memory, as OpenBLAS can read it in place.
///
/// It borrows raw bytes rather than elements because weights in a mapped file may lie at any address, and
/// OpenBLAS reads unaligned ones as well.
struct MatrixView<Element: BLASElement>: ~Escapable {
    private(set) var bytes: RawSpan
    private(set) var rows: Int
    private(set) var columns: Int
    /// Between neighbours of a column, in elements.
    private(set) var rowStride: Int
    /// Between neighbours of a row, in elements.
    private(set) var columnStride: Int

    /// - Parameter bytes: from the first element on; may be longer than the matrix.
    @_lifetime(copy bytes)
    init(bytes: RawSpan, rows: Int, columns: Int, rowStride: Int, columnStride: Int = 1) {
        self.bytes = bytes
        self.rows = rows
        self.columns = columns
        // Strides that lead nowhere may be negative: a single row can be a slice that goes backwards.
        self.rowStride = rows <= 1 ? max(0, rowStride) : rowStride
        self.columnStride = columns <= 1 ? max(0, columnStride) : columnStride
        if rows > 0 && columns > 0 {
            let last = (rows - 1) * self.rowStride + (columns - 1) * self.columnStride
            precondition(self.rowStride >= 0 && self.columnStride >= 0, "negative stride")
            precondition((last + 1) * MemoryLayout<Element>.stride <= bytes.byteCount, "matrix out of bounds")
            precondition(isReadableInPlace, "matrix that OpenBLAS cannot read")
        }
    }

    /// Rows `rowStride` elements apart.
    @_lifetime(copy elements)
    init(_ elements: Span<Element>, rows: Int, columns: Int, rowStride: Int) {
        self.init(bytes: elements.bytes, rows: rows, columns: columns, rowStride: rowStride)
    }

    var transposed: MatrixView {
        @_lifetime(copy self)
        get {
            var result = self
            (result.rows, result.columns) = (columns, rows)
            (result.rowStride, result.columnStride) = (columnStride, rowStride)
            return result
        }
    }

    @_lifetime(copy self)
    func rows(_ range: Range<Int>) -> MatrixView {
        precondition(range.lowerBound >= 0 && range.upperBound <= rows)
        var result = self
        result.rows = range.count
        result.drop(range.lowerBound * rowStride)
        return result
    }

    @_lifetime(copy self)
    func columns(_ range: Range<Int>) -> MatrixView {
        transposed.rows(range).transposed
    }

    @_lifetime(self: copy self)
    private mutating func drop(_ elements: Int) {
        guard rows > 0 && columns > 0 else { return }
        bytes = bytes.extracting(droppingFirst: elements * MemoryLayout<Element>.stride)
    }

    private var isReadableInPlace: Bool {
        Self.isReadableInPlace(
            rows: rows, columns: columns, rowStride: rowStride, columnStride: columnStride)
    }

    /// Whether one of the two strides is 1 and the other one long enough to be a leading dimension.
    static func isReadableInPlace(rows: Int, columns: Int, rowStride: Int, columnStride: Int) -> Bool {
        let byRows = (columnStride == 1 || columns == 1) && (rowStride >= columns || rows == 1)
        let byColumns = (rowStride == 1 || rows == 1) && (columnStride >= rows || columns == 1)
        return (byRows || byColumns) && max(rowStride, columnStride) <= BLAS.largestDimension
    }

    /// Leading dimension, and whether the rows are the strided ones.
    fileprivate var layout: (leading: Int32, transposed: Bool) {
        if (columnStride == 1 || columns == 1) && (rowStride >= columns || rows == 1) {
            return (Int32(max(rows == 1 ? columns : rowStride, columns, 1)), false)
        }
        return (Int32(max(columns == 1 ? rows : columnStride, rows, 1)), true)
    }
}

extension MatrixView where Element == Float {
    /// As the kernels take it.
    var operand: MatrixOperand {
        @_lifetime(copy self)
        get {
            let (leading, isTransposed) = layout
            return MatrixOperand(
                bytes, rows: rows, columns: columns, stride: Int(leading), isTransposed: isTransposed)
        }
    }
}

/// OpenBLAS on the calling thread.
///
/// Its own threads are switched off: their calls serialise on a lock and its workers spin beside the
/// engine's pool. Work is divided by the callers, through ``MatrixView/rows(_:)`` and
/// ``MatrixView/columns(_:)``.
package enum BLAS {
    /// Dimensions are 32-bit integers there.
    static let largestDimension = Int(Int32.max)

    private static let singleThreaded: Void = openblas_use_calling_thread()

    /// Ends the library's own threads. Any product does so; before, they take processor time from what a program
    /// does first.
    package static func stopThreads() {
        _ = singleThreaded
    }

    /// `c = alpha · a · b + beta · c`, where `c` is a block of `result`.
    ///
    /// - Parameters:
    ///   - offset: of the block's first element in `result`.
    ///   - rowStride: between the block's rows.
    static func multiply<Element: BLASElement>(
        _ a: borrowing MatrixView<Element>, _ b: borrowing MatrixView<Element>, alpha: Element = 1,
        beta: Element = 0, into result: inout MutableSpan<Element>, at offset: Int = 0, rowStride: Int
    ) {
        let (m, n, k) = (a.rows, b.columns, a.columns)
        precondition(k == b.rows, "\(m)×\(k) times \(b.rows)×\(n)")
        precondition(max(m, n, k, rowStride) <= largestDimension, "dimension beyond 32 bits")
        guard m > 0 && n > 0 else { return }
        precondition(offset >= 0 && (rowStride >= n || m == 1), "overlapping rows")
        precondition(offset + (m - 1) * rowStride + n <= result.count, "block out of bounds")
        guard k > 0 else { return scale(&result, offset, rows: m, columns: n, rowStride, by: beta) }
        stopThreads()
        a.bytes.withUnsafeBytes { aBytes in
            b.bytes.withUnsafeBytes { bBytes in
                result.withUnsafeMutableBufferPointer { buffer in
                    guard let aBase = aBytes.baseAddress, let bBase = bBytes.baseAddress,
                        let cBase = buffer.baseAddress
                    else { return }
                    let call = BLASCall<Element>(
                        m: Int32(m), n: Int32(n), k: Int32(k), alpha: alpha, beta: beta,
                        a: aBase.assumingMemoryBound(to: Element.self), aLayout: a.layout,
                        b: bBase.assumingMemoryBound(to: Element.self), bLayout: b.layout,
                        c: cBase + offset, cLeading: Int32(max(rowStride, n)))
                    if m == 1 { Element.gemv(call) } else { Element.gemm(call) }
                }
            }
        }
    }

    /// What a product of inner length 0 leaves: OpenBLAS refuses its leading dimensions.
    private static func scale<Element: BLASElement>(
        _ result: inout MutableSpan<Element>, _ offset: Int, rows: Int, columns: Int, _ rowStride: Int,
        by beta: Element
    ) {
        for row in 0..<rows {
            for index in offset + row * rowStride..<offset + row * rowStride + columns {
                result[index] = beta == 0 ? 0 : beta * result[index]
            }
        }
    }
}

/// The arguments of one call.
struct BLASCall<Element> {
    let m: Int32
    let n: Int32
    let k: Int32
    let alpha: Element
    let beta: Element
    let a: UnsafePointer<Element>
    let aLayout: (leading: Int32, transposed: Bool)
    let b: UnsafePointer<Element>
    let bLayout: (leading: Int32, transposed: Bool)
    let c: UnsafeMutablePointer<Element>
    let cLeading: Int32

    fileprivate func flag(_ transposed: Bool) -> CBLAS_TRANSPOSE { transposed ? CblasTrans : CblasNoTrans }

    /// Of the row vector `a`: 1, or the leading dimension when it is a column of a matrix.
    fileprivate var aStep: Int32 { aLayout.transposed ? aLayout.leading : 1 }
}

extension Float: BLASElement {
    static func gemm(_ call: BLASCall<Float>) {
        cblas_sgemm(
            CblasRowMajor, call.flag(call.aLayout.transposed), call.flag(call.bLayout.transposed),
            call.m, call.n, call.k, call.alpha, call.a, call.aLayout.leading, call.b, call.bLayout.leading,
            call.beta, call.c, call.cLeading)
    }

    /// One row times a matrix, which is the transposed matrix times a column.
    static func gemv(_ call: BLASCall<Float>) {
        let isTransposed = call.bLayout.transposed
        cblas_sgemv(
            CblasRowMajor, isTransposed ? CblasNoTrans : CblasTrans, isTransposed ? call.n : call.k,
            isTransposed ? call.k : call.n, call.alpha, call.b, call.bLayout.leading, call.a, call.aStep,
            call.beta, call.c, 1)
    }
}

extension Double: BLASElement {
    static func gemm(_ call: BLASCall<Double>) {
        cblas_dgemm(
            CblasRowMajor, call.flag(call.aLayout.transposed), call.flag(call.bLayout.transposed),
            call.m, call.n, call.k, call.alpha, call.a, call.aLayout.leading, call.b, call.bLayout.leading,
            call.beta, call.c, call.cLeading)
    }

    static func gemv(_ call: BLASCall<Double>) {
        let isTransposed = call.bLayout.transposed
        cblas_dgemv(
            CblasRowMajor, isTransposed ? CblasNoTrans : CblasTrans, isTransposed ? call.n : call.k,
            isTransposed ? call.k : call.n, call.alpha, call.b, call.bLayout.leading, call.a, call.aStep,
            call.beta, call.c, 1)
    }
}
