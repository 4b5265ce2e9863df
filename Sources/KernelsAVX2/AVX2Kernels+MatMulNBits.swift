#if arch(x86_64)
    package import CSIMD

    extension AVX2Kernels {
        /// Columns `first..<end` of `rows × weightsᵀ + bias`; every path adds an element's blocks in the same
        /// order: `sum = fma(Float(dot - zp * Σq), scaleA * scaleB, sum)`.
        ///
        /// - Parameter scratch: ``nbitsScratchBytes(_:rows:)`` bytes, aligned to 64.
        @inline(never)
        package static func matMulNBits(
            _ weights: UnsafePointer<CSIMDNBitsWeights>, _ rows: UnsafePointer<CSIMDQuantizedRows>,
            bias: UnsafePointer<Float>?, first: Int, end: Int,
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
                    weights, rows, bias: bias, first: first, end: end, output: output,
                    scratch: scratch)
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
            var n = first
            while n < end {
                let values = w.values + n &* w.value_row_bytes
                let scales = w.scales + n &* w.blocks &* 4
                var m = 0
                while m < a.rows {
                    let row = UnsafeRawPointer(a.values + m &* a.value_stride)
                    let rowScales = a.scales + m &* a.block_stride
                    let negatedSums = a.negated_sums + m &* a.block_stride
                    var sum: Float = 0
                    var block = 0
                    while block < w.blocks {
                        var dots = avx2_zero()
                        var k = block &* w.block_size
                        let end = k &+ w.block_size
                        while k < end {
                            // Sums of two products of bytes do not fit 16 bits.
                            let products = avx2_dot_shorts(avx2_widen_u8(values + k), avx2_widen_i8(row + k))
                            dots = avx2_add_i32(dots, products)
                            k = k &+ 16
                        }
                        var zero: Int32 = 128
                        if let points = w.zero_points {
                            zero = Int32(csimd_load_u8(points + n &* w.zero_point_row_bytes + block))
                        }
                        let dot = avx2_sum_i32(dots) &+ zero &* negatedSums[block]
                        let scale = rowScales[block] * csimd_load_f32(scales + block &* 4)
                        sum = avx2_fma_scalar(Float(dot), scale, sum)
                        block = block &+ 1
                    }
                    if let bias { sum += bias[n] }
                    output[m &* outputStride &+ n] = sum
                    m = m &+ 1
                }
                n = n &+ 1
            }
        }
    }
#endif
