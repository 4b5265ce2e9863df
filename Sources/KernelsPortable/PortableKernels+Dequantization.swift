package import CSIMD

extension PortableKernels {
    /// One row of weights as floats: `(q - zp) * scale`, in the order of k.
    ///
    /// - Parameters:
    ///   - floatZeroPoints: zero points as floats `[n][blocks]`, unaligned; they replace the packed ones.
    ///   - groups: block of each k, if not `k / blockSize`.
    @inline(never)
    package static func dequantizeRow(
        _ weights: UnsafePointer<CSIMDNBitsWeights>, floatZeroPoints: UnsafeRawPointer?,
        groups: UnsafePointer<Int32>?, row: Int, output: UnsafeMutablePointer<Float>
    ) {
        let w = weights.pointee
        let bytes = w.values + row * w.value_row_bytes
        let scales = w.scales + row * w.blocks * 4
        let middle = Float(1 << (w.bits - 1))
        for k in 0..<w.depth {
            let block = groups.map { Int($0[k]) } ?? k / w.block_size
            var zeroPoint = middle
            if let floatZeroPoints {
                zeroPoint = csimd_load_f32(floatZeroPoints + (row * w.blocks + block) * 4)
            } else if let packed = w.zero_points {
                zeroPoint = Float(number(packed + row * w.zero_point_row_bytes, block, bits: w.bits))
            }
            let q = Float(number(bytes, k, bits: w.bits))
            output[k] = (q - zeroPoint) * csimd_load_f32(scales + block * 4)
        }
    }

    /// Number `index` of a row of bytes, or of nibbles, low ones first.
    @inline(__always)
    private static func number(_ row: UnsafeRawPointer, _ index: Int, bits: Int) -> UInt8 {
        bits == 8
            ? csimd_load_u8(row + index) : csimd_load_u8(row + index >> 1) >> UInt8((index & 1) * 4) & 15
    }
}
