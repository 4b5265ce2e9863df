#if arch(x86_64)
    package import CSIMD

    extension AVX512Kernels {
        /// Columns `first..<end` of `rows × weightsᵀ + bias`; every path adds an element's blocks in the same
        /// order: `sum = fma(Float(dot - zp * Σq) * scaleB, scaleA, sum)`.
        ///
        /// - Parameters:
        ///   - hasTallTiles: of many rows; the result is the same.
        ///   - scratch: ``nbitsScratchBytes(_:rows:)`` bytes, aligned to 64.
        @inline(never)
        package static func matMulNBits(
            _ weights: UnsafePointer<CSIMDNBitsWeights>, _ rows: UnsafePointer<CSIMDQuantizedRows>,
            bias: UnsafePointer<Float>?, first: Int, end: Int, hasTallTiles: Bool,
            output: CSIMDResult, scratch: UnsafeMutableRawPointer
        ) {
            if weights.pointee.bits == 8 {
                matMulBytes(
                    weights, rows, bias: bias, first: first, end: end, output: output.elements,
                    outputStride: output.stride)
            } else if rows.pointee.rows == 1 {
                matMulNBitsRow(
                    weights, rows, bias: bias, first: first, end: end, output: output.elements,
                    scratch: scratch)
            } else {
                matMulNBitsPanels(
                    weights, rows, bias: bias, first: first, end: end, hasTallTiles: hasTallTiles,
                    output: output, scratch: scratch)
            }
        }

        /// Scratch that ``matMulNBits`` needs.
        package static func nbitsScratchBytes(_ weights: CSIMDNBitsWeights, rows: Int) -> Int {
            rows == 1 ? rowScratchBytes(blocks: weights.blocks) : panelScratchBytes(rows: rows)
        }

        /// Eight bits, any number of rows: one element after the other.
        @inline(never)
        static func matMulBytes(
            _ weights: UnsafePointer<CSIMDNBitsWeights>, _ rows: UnsafePointer<CSIMDQuantizedRows>,
            bias: UnsafePointer<Float>?, first: Int, end: Int,
            output: UnsafeMutablePointer<Float>, outputStride: Int
        ) {
            let w = weights.pointee
            let a = rows.pointee
            for n in first..<end {
                let values = w.values + n * w.value_row_bytes
                let scales = w.scales + n * w.blocks * 4
                let zeroPoints = w.zero_points.map { $0 + n * w.zero_point_row_bytes }
                for m in 0..<a.rows {
                    let row = UnsafeRawPointer(a.values + m * a.value_stride)
                    let rowScales = a.scales + m * a.block_stride
                    let negatedSums = a.negated_sums + m * a.block_stride
                    var sum: Float = 0
                    for block in 0..<w.blocks {
                        var dots = avx512_zero()
                        var k = block * w.block_size
                        let end = k + w.block_size
                        while k < end {
                            let count = min(64, end - k)
                            dots = avx512_dot_bytes(
                                dots, avx512_load_first_bytes(values + k, count),
                                avx512_load_first_bytes(row + k, count))
                            k += 64
                        }
                        let zero = zeroPoints.map { Int32(csimd_load_u8($0 + block)) } ?? 128
                        let dot = avx512_sum_i32(dots) + zero * negatedSums[block]
                        let scaled = Float(dot) * csimd_load_f32(scales + block * 4)
                        sum = avx512_fma_scalar(scaled, rowScales[block], sum)
                    }
                    if let bias { sum += bias[n] }
                    output[m * outputStride + n] = sum
                }
            }
        }
    }
#endif
