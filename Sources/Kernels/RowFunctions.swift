internal import KernelsAVX2
internal import KernelsAVX512
internal import KernelsPortable

/// The kernels on rows of floats; see `RowKernels` for what each function computes.
struct RowFunctions: Sendable {
    typealias Input = UnsafePointer<Float>
    typealias Output = UnsafeMutablePointer<Float>
    /// Rows are `stride` bytes apart.
    typealias DotRows =
        @Sendable (
            _ queries: Input, _ queryCount: Int, _ rows: UnsafeRawPointer, _ stride: Int, _ rowCount: Int,
            Output, _ outputStride: Int, _ count: Int
        ) -> Void
    /// Likewise.
    typealias SumScaledRows =
        @Sendable (
            _ weights: Input, _ weightStride: Int, _ queryCount: Int, _ rows: UnsafeRawPointer, _ stride: Int,
            _ rowCount: Int, Output, _ count: Int, _ isAdded: Bool
        ) -> Void
    typealias Unary = @Sendable (Input, Output, _ count: Int) -> Void

    let exp: Unary
    let erf: Unary
    let gelu: Unary
    let sigmoid: Unary
    let silu: Unary
    let softmax: Unary
    let siluProduct: @Sendable (_ gate: Input, _ up: Input, Output, _ count: Int) -> Void
    let add: @Sendable (Input, Input, Output, _ count: Int) -> Void
    let layerNorm:
        @Sendable (
            Input, _ scale: Input, _ bias: Input?, _ epsilon: Float, Output, _ count: Int
        ) -> Void
    let rmsNorm: @Sendable (Input, _ scale: Input, _ epsilon: Float, Output, _ count: Int) -> Void
    let dot: @Sendable (Input, Input, _ count: Int) -> Float
    let dotRows: DotRows
    let dotPackedRows: DotRows
    let sumScaledRows: SumScaledRows
    let sumScaledPackedRows: SumScaledRows
    let packRow: @Sendable (Input, UnsafeMutableRawPointer, _ count: Int) -> Void
    let largest: @Sendable (Input, _ count: Int) -> Float
    let exponentialSum: @Sendable (Input, _ offset: Float, _ count: Int) -> Float
    let rotate: @Sendable (Input, _ cos: Input, _ sin: Input, Output, _ half: Int) -> Void
}

extension RowFunctions {
    static let portable = RowFunctions(
        exp: KernelsPortable.RowKernels.exp,
        erf: KernelsPortable.RowKernels.erf,
        gelu: KernelsPortable.RowKernels.gelu,
        sigmoid: KernelsPortable.RowKernels.sigmoid,
        silu: KernelsPortable.RowKernels.silu,
        softmax: KernelsPortable.RowKernels.softmax,
        siluProduct: KernelsPortable.RowKernels.siluProduct,
        add: KernelsPortable.RowKernels.add,
        layerNorm: KernelsPortable.RowKernels.layerNorm,
        rmsNorm: KernelsPortable.RowKernels.rmsNorm,
        dot: KernelsPortable.RowKernels.dot,
        dotRows: KernelsPortable.RowKernels.dotRows,
        dotPackedRows: KernelsPortable.RowKernels.dotPackedRows,
        sumScaledRows: KernelsPortable.RowKernels.sumScaledRows,
        sumScaledPackedRows: KernelsPortable.RowKernels.sumScaledPackedRows,
        packRow: KernelsPortable.RowKernels.packRow,
        largest: KernelsPortable.RowKernels.largest,
        exponentialSum: KernelsPortable.RowKernels.exponentialSum,
        rotate: KernelsPortable.RowKernels.rotate
    )

    #if arch(x86_64)
        static let avx2 = RowFunctions(
            exp: KernelsAVX2.RowKernels.exp,
            erf: KernelsAVX2.RowKernels.erf,
            gelu: KernelsAVX2.RowKernels.gelu,
            sigmoid: KernelsAVX2.RowKernels.sigmoid,
            silu: KernelsAVX2.RowKernels.silu,
            softmax: KernelsAVX2.RowKernels.softmax,
            siluProduct: KernelsAVX2.RowKernels.siluProduct,
            add: KernelsAVX2.RowKernels.add,
            layerNorm: KernelsAVX2.RowKernels.layerNorm,
            rmsNorm: KernelsAVX2.RowKernels.rmsNorm,
            dot: KernelsAVX2.RowKernels.dot,
            dotRows: KernelsAVX2.RowKernels.dotRows,
            dotPackedRows: KernelsAVX2.RowKernels.dotPackedRows,
            sumScaledRows: KernelsAVX2.RowKernels.sumScaledRows,
            sumScaledPackedRows: KernelsAVX2.RowKernels.sumScaledPackedRows,
            packRow: KernelsAVX2.RowKernels.packRow,
            largest: KernelsAVX2.RowKernels.largest,
            exponentialSum: KernelsAVX2.RowKernels.exponentialSum,
            rotate: KernelsAVX2.RowKernels.rotate
        )

        static let avx512 = RowFunctions(
            exp: KernelsAVX512.RowKernels.exp,
            erf: KernelsAVX512.RowKernels.erf,
            gelu: KernelsAVX512.RowKernels.gelu,
            sigmoid: KernelsAVX512.RowKernels.sigmoid,
            silu: KernelsAVX512.RowKernels.silu,
            softmax: KernelsAVX512.RowKernels.softmax,
            siluProduct: KernelsAVX512.RowKernels.siluProduct,
            add: KernelsAVX512.RowKernels.add,
            layerNorm: KernelsAVX512.RowKernels.layerNorm,
            rmsNorm: KernelsAVX512.RowKernels.rmsNorm,
            dot: KernelsAVX512.RowKernels.dot,
            dotRows: KernelsAVX512.RowKernels.dotRows,
            dotPackedRows: KernelsAVX512.RowKernels.dotPackedRows,
            sumScaledRows: KernelsAVX512.RowKernels.sumScaledRows,
            sumScaledPackedRows: KernelsAVX512.RowKernels.sumScaledPackedRows,
            packRow: KernelsAVX512.RowKernels.packRow,
            largest: KernelsAVX512.RowKernels.largest,
            exponentialSum: KernelsAVX512.RowKernels.exponentialSum,
            rotate: KernelsAVX512.RowKernels.rotate
        )
    #endif
}
