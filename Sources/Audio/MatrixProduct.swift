import COpenBLAS

/// Products of row-major matrices through OpenBLAS.
enum MatrixProduct {
    /// OpenBLAS's own threads would compete with the engine's.
    private static let isSingleThreaded: Bool = {
        openblas_use_calling_thread()
        return true
    }()

    /// `product` [rows, columns] = `a` [rows, depth] · `b` [columns, depth]ᵀ.
    ///
    /// The arrays may be longer than the matrices in them.
    static func multiply(
        _ a: [Float], byTransposeOf b: [Float], rows: Int, columns: Int, depth: Int,
        into product: inout [Float]
    ) {
        precondition(a.count >= rows * depth && b.count >= columns * depth && product.count >= rows * columns)
        precondition(isSingleThreaded)
        cblas_sgemm(
            CblasRowMajor, CblasNoTrans, CblasTrans, blasint(rows), blasint(columns), blasint(depth), 1, a,
            blasint(depth), b, blasint(depth), 0, &product, blasint(columns))
    }
}
