internal import CSIMD
internal import KernelsAVX2
internal import KernelsAVX512
internal import KernelsPortable

/// What a kernel target offers; see ``PortableKernels`` for what each function computes.
struct KernelFunctions: Sendable {
    typealias QuantizeRow =
        @Sendable (
            _ source: UnsafePointer<Float>, _ count: Int, _ blockSize: Int, _ interleaved: Bool,
            _ biased: Bool,
            _ values: UnsafeMutablePointer<Int8>, _ scales: UnsafeMutablePointer<Float>,
            _ negatedSums: UnsafeMutablePointer<Int32>
        ) -> Void
    typealias MatMulNBits =
        @Sendable (
            _ weights: UnsafePointer<CSIMDNBitsWeights>, _ rows: UnsafePointer<CSIMDQuantizedRows>,
            _ bias: UnsafePointer<Float>?, _ first: Int, _ end: Int,
            _ output: CSIMDResult, _ scratch: UnsafeMutableRawPointer
        ) -> Void
    typealias DequantizeRow =
        @Sendable (
            _ weights: UnsafePointer<CSIMDNBitsWeights>, _ floatZeroPoints: UnsafeRawPointer?,
            _ groups: UnsafePointer<Int32>?, _ row: Int, _ output: UnsafeMutablePointer<Float>
        ) -> Void

    /// What products of several rows with four-bit weights want to know of a tile of rows, in an order of their own.
    struct TileFactors: Sendable {
        /// Rows of a tile.
        let rows: Int
        /// Of all tiles.
        let byteCount: @Sendable (_ rows: Int, _ blocks: Int, _ blockSize: Int) -> Int
        let fill:
            @Sendable (
                _ rows: UnsafePointer<CSIMDQuantizedRows>, _ blocks: Int, _ blockSize: Int,
                _ firstTile: Int, _ endTile: Int, _ output: UnsafeMutableRawPointer
            ) -> Void
    }

    let quantizeRow: QuantizeRow
    /// Nil if rows as they are do.
    let tileFactors: TileFactors?
    let matMulNBits: MatMulNBits
    let nbitsScratchBytes: @Sendable (_ weights: CSIMDNBitsWeights, _ rows: Int) -> Int
    let dequantizeRow: DequantizeRow
    let rows: RowFunctions
    let products: ProductFunctions
    /// Whether products of several rows with four-bit weights take biased rows.
    let takesBiasedRows: Bool
}

extension KernelFunctions {
    static let portable = KernelFunctions(
        quantizeRow: PortableKernels.quantizeRow,
        tileFactors: nil,
        matMulNBits: PortableKernels.matMulNBits,
        nbitsScratchBytes: PortableKernels.nbitsScratchBytes,
        dequantizeRow: PortableKernels.dequantizeRow,
        rows: .portable,
        products: .portable,
        takesBiasedRows: false
    )

    #if arch(x86_64)
        static let avx2 = KernelFunctions(
            quantizeRow: AVX2Kernels.quantizeRow,
            tileFactors: TileFactors(
                rows: AVX2Kernels.tileRows, byteCount: AVX2Kernels.factorByteCount,
                fill: AVX2Kernels.fillFactors),
            matMulNBits: AVX2Kernels.matMulNBits,
            nbitsScratchBytes: AVX2Kernels.nbitsScratchBytes,
            dequantizeRow: PortableKernels.dequantizeRow,
            rows: .avx2,
            products: .avx2,
            takesBiasedRows: false
        )

        /// - Parameter tile: of four-bit products of many rows.
        static func avx512(_ tile: NBitsTile) -> KernelFunctions {
            KernelFunctions(
                quantizeRow: AVX512Kernels.quantizeRow,
                tileFactors: nil,
                matMulNBits: { weights, rows, bias, first, end, output, scratch in
                    AVX512Kernels.matMulNBits(
                        weights, rows, bias: bias, first: first, end: end, hasTallTiles: tile == .tall,
                        output: output, scratch: scratch)
                },
                nbitsScratchBytes: AVX512Kernels.nbitsScratchBytes,
                dequantizeRow: PortableKernels.dequantizeRow,
                rows: .avx512,
                products: .avx512,
                takesBiasedRows: true
            )
        }
    #else
        static let avx2 = portable
        static func avx512(_ tile: NBitsTile) -> KernelFunctions { portable }
    #endif
}
