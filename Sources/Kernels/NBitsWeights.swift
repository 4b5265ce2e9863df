internal import CSIMD

/// Weights of com.microsoft MatMulNBits, `N` rows of `K` numbers of 4 or 8 bits in blocks along `K`, as they
/// lie in a model's file. Nothing need be aligned.
package struct NBitsWeights: ~Escapable {
    /// What is subtracted from a weight before it is scaled.
    package enum ZeroPoints: ~Escapable {
        /// The middle: 8 for four bits, 128 for eight.
        case middle
        /// u8, one per block with eight bits, else one per two blocks, low nibble first; rows padded to
        /// whole bytes.
        case packed(RawSpan)
        /// Float32, `[N, blocks]`.
        case floats(RawSpan)
    }

    /// N: rows of weights, columns of the product.
    package let columns: Int
    /// K.
    package let depth: Int
    package let bits: Int
    package let blockSize: Int
    /// u8 `[N, blocks, blockSize * bits / 8]`.
    let values: RawSpan
    /// Float32 `[N, blocks]`.
    let scales: RawSpan
    let zeroPoints: ZeroPoints

    /// - Precondition: 4 or 8 bits; the block size is a power of two in 16...256; the spans have the sizes
    ///   that the dimensions ask for.
    @_lifetime(copy values, copy scales, copy zeroPoints)
    package init(
        columns: Int, depth: Int, bits: Int, blockSize: Int,
        values: RawSpan, scales: RawSpan, zeroPoints: ZeroPoints
    ) {
        precondition(columns >= 0 && depth >= 0)
        precondition(bits == 4 || bits == 8)
        precondition(Self.blockSizes.contains(blockSize))
        self.columns = columns
        self.depth = depth
        self.bits = bits
        self.blockSize = blockSize
        self.values = values
        self.scales = scales
        self.zeroPoints = zeroPoints
        let blocks = (depth + blockSize - 1) / blockSize
        precondition(values.byteCount == columns * blocks * (blockSize * bits / 8))
        precondition(scales.byteCount == columns * blocks * 4)
        switch zeroPoints {
        case .middle: break
        case .packed(let bytes): precondition(bytes.byteCount == columns * ((blocks * bits + 7) / 8))
        case .floats(let bytes): precondition(bytes.byteCount == columns * blocks * 4)
        }
    }

    /// What ``blockSize`` may be.
    package static let blockSizes = [16, 32, 64, 128, 256]

    /// Blocks in a row.
    package var blocks: Int { (depth + blockSize - 1) / blockSize }

    /// Runs `body` with the addresses as the kernels take them. Float zero points are not among them.
    func withKernelArguments<Result>(_ body: (CSIMDNBitsWeights, _ floats: UnsafeRawPointer?) -> Result)
        -> Result
    {
        values.withUnsafeBytes { values in
            scales.withUnsafeBytes { scales in
                // Empty spans have no address, and nothing is read through this one.
                let fallback = UnsafeRawPointer(bitPattern: 64).unsafelyUnwrapped
                func arguments(_ zeroPoints: UnsafeRawPointer?) -> CSIMDNBitsWeights {
                    CSIMDNBitsWeights(
                        values: values.baseAddress ?? fallback, scales: scales.baseAddress ?? fallback,
                        zero_points: zeroPoints, value_row_bytes: blocks * (blockSize * bits / 8),
                        zero_point_row_bytes: (blocks * bits + 7) / 8, columns: columns, depth: depth,
                        blocks: blocks,
                        block_size: blockSize, bits: bits)
                }
                switch zeroPoints {
                case .middle: return body(arguments(nil), nil)
                case .packed(let bytes):
                    return bytes.withUnsafeBytes { body(arguments($0.baseAddress), nil) }
                case .floats(let bytes):
                    return bytes.withUnsafeBytes { body(arguments(nil), $0.baseAddress) }
                }
            }
        }
    }
}
