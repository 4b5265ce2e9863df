internal import CSIMD
internal import KernelsAVX2
internal import KernelsAVX512
internal import KernelsPortable

/// The kernels of float products; see `ProductKernels` for what each function computes.
struct ProductFunctions: Sendable {
    typealias Product = UnsafePointer<CSIMDProduct>

    let tileRows: Int
    let panelColumns: Int
    let scratchBytes: @Sendable (CSIMDProduct, _ tiles: Int) -> Int
    let packTiles: @Sendable (UnsafeRawPointer, _ stride: Int, CSIMDTiles, _ first: Int, _ end: Int) -> Void
    let multiply:
        @Sendable (
            Product, _ firstTile: Int, _ endTile: Int, _ first: Int, _ end: Int, UnsafeMutableRawPointer
        ) -> Void
}

extension ProductFunctions {
    static let portable = ProductFunctions(
        tileRows: KernelsPortable.ProductKernels.tileRows,
        panelColumns: KernelsPortable.ProductKernels.panelColumns,
        scratchBytes: KernelsPortable.ProductKernels.scratchBytes,
        packTiles: KernelsPortable.ProductKernels.packTiles,
        multiply: KernelsPortable.ProductKernels.multiply
    )

    #if arch(x86_64)
        static let avx2 = ProductFunctions(
            tileRows: KernelsAVX2.ProductKernels.tileRows,
            panelColumns: KernelsAVX2.ProductKernels.panelColumns,
            scratchBytes: KernelsAVX2.ProductKernels.scratchBytes,
            packTiles: KernelsAVX2.ProductKernels.packTiles,
            multiply: KernelsAVX2.ProductKernels.multiply
        )

        static let avx512 = ProductFunctions(
            tileRows: KernelsAVX512.ProductKernels.tileRows,
            panelColumns: KernelsAVX512.ProductKernels.panelColumns,
            scratchBytes: KernelsAVX512.ProductKernels.scratchBytes,
            packTiles: KernelsAVX512.ProductKernels.packTiles,
            multiply: KernelsAVX512.ProductKernels.multiply
        )
    #endif
}
