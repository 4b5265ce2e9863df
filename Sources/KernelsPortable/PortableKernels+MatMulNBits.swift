package import CSIMD

extension PortableKernels {
    /// Columns `first..<end` of `rows × weightsᵀ + bias`, for any number of rows, 4 or 8 bits.
    ///
    /// Per element the blocks are added in order: `sum += Float(dot - zp * Σq) * (scaleA * scaleB)`.
    ///
    /// - Parameter scratch: ``nbitsScratchBytes(_:rows:)`` bytes, aligned to 64.
    @inline(never)
    package static func matMulNBits(
        _ weights: UnsafePointer<CSIMDNBitsWeights>, _ rows: UnsafePointer<CSIMDQuantizedRows>,
        bias: UnsafePointer<Float>?, first: Int, end: Int,
        output: CSIMDResult, scratch: UnsafeMutableRawPointer
    ) {
        let w = weights.pointee
        let a = rows.pointee
        let zeroPoints = scratch.assumingMemoryBound(to: Int32.self)
        let unpacked = (scratch + (w.blocks * 4 + 63) & ~63).assumingMemoryBound(to: UInt8.self)
        for n in first..<end {
            unpackZeroPoints(w, row: n, into: zeroPoints)
            unpackRow(w, row: n, into: unpacked)
            let scales = w.scales + n * w.blocks * 4
            for m in 0..<a.rows {
                let values = a.values + m * a.value_stride
                let rowScales = a.scales + m * a.block_stride
                let negatedSums = a.negated_sums + m * a.block_stride
                var sum: Float = 0
                for block in 0..<w.blocks {
                    let dot = dotBlock(w, unpacked, values, block) + zeroPoints[block] * negatedSums[block]
                    sum += Float(dot) * (rowScales[block] * csimd_load_f32(scales + block * 4))
                }
                output.elements[m * output.stride + n] = sum + (bias.map { $0[n] } ?? 0)
            }
        }
    }

    /// Scratch that ``matMulNBits`` needs.
    package static func nbitsScratchBytes(_ weights: CSIMDNBitsWeights, rows: Int) -> Int {
        (weights.blocks * 4 + 63) & ~63 + (weights.blocks * weights.block_size + 127) & ~127
    }

    @inline(__always)
    private static func unpackZeroPoints(
        _ w: CSIMDNBitsWeights, row: Int, into zeroPoints: UnsafeMutablePointer<Int32>
    ) {
        guard let packed = w.zero_points else {
            for block in 0..<w.blocks { zeroPoints[block] = 1 << Int32(w.bits - 1) }
            return
        }
        let bytes = (packed + row * w.zero_point_row_bytes).assumingMemoryBound(to: UInt8.self)
        for block in 0..<w.blocks {
            zeroPoints[block] =
                w.bits == 8
                ? Int32(bytes[block])
                : Int32(bytes[block >> 1] >> UInt8((block & 1) * 4)) & 15
        }
    }

    /// A row of weights as bytes in the order of the quantised rows.
    @inline(__always)
    private static func unpackRow(
        _ w: CSIMDNBitsWeights, row: Int, into unpacked: UnsafeMutablePointer<UInt8>
    ) {
        let bytes = (w.values + row * w.value_row_bytes).assumingMemoryBound(to: UInt8.self)
        if w.bits == 8 {
            for k in 0..<w.value_row_bytes { unpacked[k] = bytes[k] }
        } else {
            for index in 0..<w.value_row_bytes {
                let position = (index & ~63) * 2 + (index & 63)
                unpacked[position] = bytes[index] & 15
                unpacked[position + 64] = bytes[index] >> 4
            }
        }
    }

    /// Sum of products over a block, exact.
    @inline(__always)
    private static func dotBlock(
        _ w: CSIMDNBitsWeights, _ unpacked: UnsafePointer<UInt8>, _ values: UnsafePointer<Int8>,
        _ block: Int
    ) -> Int32 {
        let start = block * w.block_size
        if w.bits == 8 {
            // 255 * 127 fits 16 bits, a sum of two does not.
            return dot(unpacked + start, values + start, count: w.block_size, vectorsPerSum: 1)
        }
        // 15 * 127 * 16 fits.
        if w.block_size >= 128 {
            return dot(unpacked + start, values + start, count: w.block_size, vectorsPerSum: 16)
        }
        let even = start & ~127 + (start & 127) >> 1
        let half = w.block_size >> 1
        return dot(unpacked + even, values + even, count: half, vectorsPerSum: 16)
            + dot(unpacked + even + 64, values + even + 64, count: half, vectorsPerSum: 16)
    }

    @inline(__always)
    private static func dot(
        _ u: UnsafePointer<UInt8>, _ s: UnsafePointer<Int8>, count: Int, vectorsPerSum: Int
    ) -> Int32 {
        var wide = i32x4.zero
        var k = 0
        while k < count {
            var narrow = i16x8.zero
            let end = min(count, k + vectorsPerSum * 8)
            while k < end {
                let weights = csimd_widen_u8x8(csimd_load_u8x8(u + k))
                narrow &+= weights &* csimd_widen_i8x8(csimd_load_i8x8(s + k))
                k += 8
            }
            wide &+= csimd_widen_add_i16x8(narrow)
        }
        return wide.wrappedSum()
    }
}
