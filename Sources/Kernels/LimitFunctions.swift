internal import KernelsAVX2
internal import KernelsAVX512
internal import KernelsPortable

/// The loops of a kernel target that measure what the machine can do.
struct LimitFunctions: Sendable {
    typealias ByteProducts =
        @Sendable (_ rounds: Int, _ u: UnsafePointer<UInt8>, _ s: UnsafePointer<Int8>) -> Int32

    let multiplyAdds: @Sendable (_ rounds: Int, _ factor: Float, _ addend: Float) -> Float
    let multiplyAddsPerRound: Int
    let byteProducts: ByteProducts
    let byteProductsPerRound: Int
    let sum: @Sendable (UnsafePointer<Float>, _ count: Int) -> Float

    init(_ instructionSet: InstructionSet) {
        switch instructionSet {
        #if arch(x86_64)
            case .avx512: self = .avx512
            case .avx2: self = .avx2
        #endif
        default: self = .portable
        }
    }
}

extension LimitFunctions {
    private init(
        multiplyAdds: @escaping @Sendable (Int, Float, Float) -> Float, multiplyAddsPerRound: Int,
        byteProducts: @escaping ByteProducts, byteProductsPerRound: Int,
        sum: @escaping @Sendable (UnsafePointer<Float>, Int) -> Float
    ) {
        self.multiplyAdds = multiplyAdds
        self.multiplyAddsPerRound = multiplyAddsPerRound
        self.byteProducts = byteProducts
        self.byteProductsPerRound = byteProductsPerRound
        self.sum = sum
    }

    private static let portable = LimitFunctions(
        multiplyAdds: KernelsPortable.RowKernels.multiplyAdds,
        multiplyAddsPerRound: KernelsPortable.RowKernels.multiplyAddsPerRound,
        byteProducts: PortableKernels.byteProducts,
        byteProductsPerRound: PortableKernels.byteProductsPerRound,
        sum: KernelsPortable.RowKernels.sum
    )

    #if arch(x86_64)
        private static let avx2 = LimitFunctions(
            multiplyAdds: KernelsAVX2.RowKernels.multiplyAdds,
            multiplyAddsPerRound: KernelsAVX2.RowKernels.multiplyAddsPerRound,
            byteProducts: AVX2Kernels.byteProducts,
            byteProductsPerRound: AVX2Kernels.byteProductsPerRound,
            sum: KernelsAVX2.RowKernels.sum
        )

        private static let avx512 = LimitFunctions(
            multiplyAdds: KernelsAVX512.RowKernels.multiplyAdds,
            multiplyAddsPerRound: KernelsAVX512.RowKernels.multiplyAddsPerRound,
            byteProducts: AVX512Kernels.byteProducts,
            byteProductsPerRound: AVX512Kernels.byteProductsPerRound,
            sum: KernelsAVX512.RowKernels.sum
        )
    #endif
}
