internal import CSIMD
internal import KernelsAVX2
internal import KernelsAVX512
internal import KernelsPortable

/// The kernels of float products; see `ProductKernels`, `WinogradKernels` and `AttentionKernels` for what each function
/// computes.
struct ProductFunctions: Sendable {
    typealias PackTiles =
        @Sendable (UnsafeRawPointer, _ stride: Int, CSIMDTiles, _ first: Int, _ end: Int) -> Void
    /// Some columns of the rows of some tiles.
    typealias Multiply<Product> =
        @Sendable (
            UnsafePointer<Product>, _ firstTile: Int, _ endTile: Int, _ first: Int, _ end: Int,
            UnsafeMutableRawPointer
        ) -> Void

    let tileRows: Int
    let panelColumns: Int
    let scratchBytes: @Sendable (CSIMDProduct, _ tiles: Int) -> Int
    let packTiles: PackTiles
    let multiply: Multiply<CSIMDProduct>
    let winogradScratchBytes: @Sendable (CSIMDWinograd, _ tiles: Int) -> Int
    let packWinogradTiles: PackTiles
    let convolve: Multiply<CSIMDWinograd>
    let attentionScratchBytes: @Sendable (CSIMDAttention) -> Int
    let packValues: @Sendable (UnsafeRawPointer, _ stride: Int, CSIMDTiles) -> Void
    let attend: @Sendable (UnsafePointer<CSIMDAttention>, _ first: Int, UnsafeMutableRawPointer) -> Void
}

extension ProductFunctions {
    static let portable = ProductFunctions(
        tileRows: KernelsPortable.ProductKernels.tileRows,
        panelColumns: KernelsPortable.ProductKernels.panelColumns,
        scratchBytes: KernelsPortable.ProductKernels.scratchBytes,
        packTiles: KernelsPortable.ProductKernels.packTiles,
        multiply: KernelsPortable.ProductKernels.multiply,
        winogradScratchBytes: KernelsPortable.WinogradKernels.scratchBytes,
        packWinogradTiles: KernelsPortable.WinogradKernels.packTiles,
        convolve: KernelsPortable.WinogradKernels.convolve,
        attentionScratchBytes: KernelsPortable.AttentionKernels.scratchBytes,
        packValues: KernelsPortable.AttentionKernels.packValues,
        attend: KernelsPortable.AttentionKernels.attend
    )

    #if arch(x86_64)
        static let avx2 = ProductFunctions(
            tileRows: KernelsAVX2.ProductKernels.tileRows,
            panelColumns: KernelsAVX2.ProductKernels.panelColumns,
            scratchBytes: KernelsAVX2.ProductKernels.scratchBytes,
            packTiles: KernelsAVX2.ProductKernels.packTiles,
            multiply: KernelsAVX2.ProductKernels.multiply,
            winogradScratchBytes: KernelsAVX2.WinogradKernels.scratchBytes,
            packWinogradTiles: KernelsAVX2.WinogradKernels.packTiles,
            convolve: KernelsAVX2.WinogradKernels.convolve,
            attentionScratchBytes: KernelsAVX2.AttentionKernels.scratchBytes,
            packValues: KernelsAVX2.AttentionKernels.packValues,
            attend: KernelsAVX2.AttentionKernels.attend
        )

        static let avx512 = ProductFunctions(
            tileRows: KernelsAVX512.ProductKernels.tileRows,
            panelColumns: KernelsAVX512.ProductKernels.panelColumns,
            scratchBytes: KernelsAVX512.ProductKernels.scratchBytes,
            packTiles: KernelsAVX512.ProductKernels.packTiles,
            multiply: KernelsAVX512.ProductKernels.multiply,
            winogradScratchBytes: KernelsAVX512.WinogradKernels.scratchBytes,
            packWinogradTiles: KernelsAVX512.WinogradKernels.packTiles,
            convolve: KernelsAVX512.WinogradKernels.convolve,
            attentionScratchBytes: KernelsAVX512.AttentionKernels.scratchBytes,
            packValues: KernelsAVX512.AttentionKernels.packValues,
            attend: KernelsAVX512.AttentionKernels.attend
        )
    #endif
}
