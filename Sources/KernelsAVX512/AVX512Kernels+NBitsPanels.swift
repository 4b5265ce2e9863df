#if arch(x86_64)
    internal import CSIMD

    /// Rows and columns of one tile of accumulators, and the depth that a panel covers at a time: its bytes
    /// then stay in the first-level cache while all rows use them.
    private let tileRows = 6
    private let panelColumns = 32
    private let panelDepth = 512

    /// Where a panel's parts are in the scratch memory.
    private struct Panel {
        /// Per four bytes of weights, 256 bytes: the low nibbles of 32 columns, then the high ones.
        let values: UnsafeMutableRawPointer
        /// Per block 32 scales.
        let scales: UnsafeMutablePointer<Float>
        /// Per block 32 zero points, each a pair of 16 bits of which the second is 0.
        let zeroPoints: UnsafeMutablePointer<Int32>
        /// Rows of weights filled up with zeros, where the model has no more.
        let staging: UnsafeMutableRawPointer
        /// Per row 32 sums.
        let sums: UnsafeMutablePointer<Float>

        static let fixedByteCount = 16_384 + 4_096 + 4_096 + 8_192

        init(_ scratch: UnsafeMutableRawPointer) {
            values = scratch
            scales = (scratch + 16_384).assumingMemoryBound(to: Float.self)
            zeroPoints = (scratch + 20_480).assumingMemoryBound(to: Int32.self)
            staging = scratch + 24_576
            sums = (scratch + Panel.fixedByteCount).assumingMemoryBound(to: Float.self)
        }
    }

    extension AVX512Kernels {
        static func panelScratchBytes(rows: Int) -> Int {
            Panel.fixedByteCount + rows * panelColumns * 4
        }

        /// Columns `first..<end` of `rows × weightsᵀ + bias` for many rows and four bits.
        ///
        /// Columns lie across lanes: a lane of a panel's line holds four values of one column, so that the
        /// products need neither shuffles nor sums across lanes. Panels are built from the model's file just
        /// before all rows use them.
        @inline(never)
        static func matMulNBitsPanels(
            _ weights: UnsafePointer<CSIMDNBitsWeights>, _ rows: UnsafePointer<CSIMDQuantizedRows>,
            bias: UnsafePointer<Float>?, first: Int, end: Int,
            output: UnsafeMutablePointer<Float>, outputStride: Int, scratch: UnsafeMutableRawPointer
        ) {
            let w = weights.pointee
            let a = rows.pointee
            let panel = Panel(scratch)
            let chunkBlocks = panelDepth / w.block_size
            var n = first
            while n < end {
                let columns = min(panelColumns, end - n)
                for index in 0..<a.rows * 2 { avx512_store_f32(panel.sums + index * 16, avx512_zero_f32()) }
                var block = 0
                while block < w.blocks {
                    let blocks = min(chunkBlocks, w.blocks - block)
                    fillValues(panel, w, column: n, columns, block: block, blocks)
                    fillScales(panel, w, column: n, columns, block: block, blocks)
                    var m = 0
                    while m < a.rows {
                        addTile(panel, a, blockSize: w.block_size, row: m, block: block, blocks)
                        m += tileRows
                    }
                    block += blocks
                }
                store(
                    panel.sums, rows: a.rows, columns: columns, bias: bias.map { $0 + n },
                    output: output + n, outputStride: outputStride)
                n += panelColumns
            }
        }

        @inline(__always)
        private static func fillValues(
            _ panel: Panel, _ w: CSIMDNBitsWeights, column: Int, _ columns: Int, block: Int, _ blocks: Int
        ) {
            let byteCount = blocks * w.block_size / 2
            var source = w.values + column * w.value_row_bytes + block * w.block_size / 2
            var stride = w.value_row_bytes
            if columns < panelColumns || byteCount & 15 != 0 {
                for index in 0..<128 { avx512_store_i32(panel.staging + index * 64, avx512_zero()) }
                for row in 0..<columns {
                    let from = source + row * stride
                    let to = panel.staging + row * (panelDepth / 2)
                    to.copyMemory(from: from, byteCount: byteCount)
                }
                source = UnsafeRawPointer(panel.staging)
                stride = panelDepth / 2
            }
            let mask = avx512_splat_i32(0x0F0F_0F0F)
            for half in 0..<2 {
                var line = panel.values + half * 64
                var rows = source + half * 16 * stride
                var offset = 0
                while offset < byteCount {
                    let (v0, v1, v2, v3) = loadColumns(rows, stride: stride)
                    storeLine(line, v0, mask)
                    storeLine(line + 256, v1, mask)
                    storeLine(line + 512, v2, mask)
                    storeLine(line + 768, v3, mask)
                    line += 1024
                    rows += 16
                    offset += 16
                }
            }
        }

        @inline(__always)
        private static func storeLine(_ line: UnsafeMutableRawPointer, _ packed: i32x16, _ mask: i32x16) {
            avx512_store_i32(line, avx512_and(packed, mask))
            avx512_store_i32(line + 128, avx512_and(avx512_shift_right_4(packed), mask))
        }

        @inline(__always)
        private static func fillScales(
            _ panel: Panel, _ w: CSIMDNBitsWeights, column: Int, _ columns: Int, block: Int, _ blocks: Int
        ) {
            for c in 0..<columns {
                let scales = w.scales + ((column + c) * w.blocks + block) * 4
                for b in 0..<blocks { panel.scales[b * panelColumns + c] = csimd_load_f32(scales + b * 4) }
                guard let packed = w.zero_points else {
                    for b in 0..<blocks { panel.zeroPoints[b * panelColumns + c] = 8 }
                    continue
                }
                let row = packed + (column + c) * w.zero_point_row_bytes
                for b in 0..<blocks {
                    let byte = csimd_load_u8(row + (block + b) >> 1)
                    panel.zeroPoints[b * panelColumns + c] = Int32(byte >> UInt8(((block + b) & 1) * 4)) & 15
                }
            }
            for c in columns..<panelColumns {
                for b in 0..<blocks {
                    panel.scales[b * panelColumns + c] = 0
                    panel.zeroPoints[b * panelColumns + c] = 0
                }
            }
        }

        @inline(__always)
        private static func store(
            _ sums: UnsafePointer<Float>, rows: Int, columns: Int, bias: UnsafePointer<Float>?,
            output: UnsafeMutablePointer<Float>, outputStride: Int
        ) {
            let low = min(16, columns)
            let high = columns - low
            var lowBias = avx512_zero_f32()
            var highBias = avx512_zero_f32()
            if let bias {
                lowBias = avx512_load_first_f32(bias, low)
                highBias = avx512_load_first_f32(bias + 16, high)
            }
            for m in 0..<rows {
                var s0 = avx512_load_f32(sums + m * panelColumns)
                var s1 = avx512_load_f32(sums + m * panelColumns + 16)
                if bias != nil {
                    s0 = avx512_add(s0, lowBias)
                    s1 = avx512_add(s1, highBias)
                }
                avx512_store_first_f32(output + m * outputStride, s0, low)
                avx512_store_first_f32(output + m * outputStride + 16, s1, high)
            }
        }

        /// Adds the products of a panel's blocks to 6 rows × 32 columns of sums; rows that there are not
        /// repeat the last one and go nowhere.
        @inline(never)
        private static func addTile(
            _ panel: Panel, _ a: CSIMDQuantizedRows, blockSize: Int, row: Int, block: Int, _ blocks: Int
        ) {
            let last = a.rows - 1
            let r1 = min(row + 1, last)
            let r2 = min(row + 2, last)
            let r3 = min(row + 3, last)
            let r4 = min(row + 4, last)
            let r5 = min(row + 5, last)
            let sums = panel.sums
            var f00 = avx512_load_f32(sums + row * 32), f01 = avx512_load_f32(sums + row * 32 + 16)
            var f10 = avx512_load_f32(sums + r1 * 32), f11 = avx512_load_f32(sums + r1 * 32 + 16)
            var f20 = avx512_load_f32(sums + r2 * 32), f21 = avx512_load_f32(sums + r2 * 32 + 16)
            var f30 = avx512_load_f32(sums + r3 * 32), f31 = avx512_load_f32(sums + r3 * 32 + 16)
            var f40 = avx512_load_f32(sums + r4 * 32), f41 = avx512_load_f32(sums + r4 * 32 + 16)
            var f50 = avx512_load_f32(sums + r5 * 32), f51 = avx512_load_f32(sums + r5 * 32 + 16)
            let a0 = UnsafeRawPointer(a.values + row * a.value_stride)
            let a1 = UnsafeRawPointer(a.values + r1 * a.value_stride)
            let a2 = UnsafeRawPointer(a.values + r2 * a.value_stride)
            let a3 = UnsafeRawPointer(a.values + r3 * a.value_stride)
            let a4 = UnsafeRawPointer(a.values + r4 * a.value_stride)
            let a5 = UnsafeRawPointer(a.values + r5 * a.value_stride)
            // Blocks lie within 128 interleaved values, or are made of two such runs.
            let runLines = min(16, blockSize >> 3)
            let runs = max(1, blockSize >> 7)
            var line = UnsafeRawPointer(panel.values)
            for b in block..<block + blocks {
                var i00 = avx512_zero(), i01 = i00, i10 = i00, i11 = i00, i20 = i00, i21 = i00
                var i30 = i00, i31 = i00, i40 = i00, i41 = i00, i50 = i00, i51 = i00
                let start = b * blockSize
                var k = start & ~127 + (start & 127) >> 1
                for _ in 0..<runs {
                    for _ in 0..<runLines {
                        var w0 = avx512_load_i32(line)
                        var w1 = avx512_load_i32(line + 64)
                        addDots(&i00, &i01, w0, w1, a0 + k)
                        addDots(&i10, &i11, w0, w1, a1 + k)
                        addDots(&i20, &i21, w0, w1, a2 + k)
                        addDots(&i30, &i31, w0, w1, a3 + k)
                        addDots(&i40, &i41, w0, w1, a4 + k)
                        addDots(&i50, &i51, w0, w1, a5 + k)
                        w0 = avx512_load_i32(line + 128)
                        w1 = avx512_load_i32(line + 192)
                        addDots(&i00, &i01, w0, w1, a0 + k + 64)
                        addDots(&i10, &i11, w0, w1, a1 + k + 64)
                        addDots(&i20, &i21, w0, w1, a2 + k + 64)
                        addDots(&i30, &i31, w0, w1, a3 + k + 64)
                        addDots(&i40, &i41, w0, w1, a4 + k + 64)
                        addDots(&i50, &i51, w0, w1, a5 + k + 64)
                        line += 256
                        k += 4
                    }
                    k += 64
                }
                let index = (b - block) * 32
                let z0 = avx512_load_i32(panel.zeroPoints + index)
                let z1 = avx512_load_i32(panel.zeroPoints + index + 16)
                let s0 = avx512_load_f32(panel.scales + index)
                let s1 = avx512_load_f32(panel.scales + index + 16)
                let scales = a.scales + b
                let zeros = a.negated_sums + b
                let stride = a.block_stride
                scale(&f00, &f01, i00, i01, z0, z1, s0, s1, scales + row * stride, zeros + row * stride)
                scale(&f10, &f11, i10, i11, z0, z1, s0, s1, scales + r1 * stride, zeros + r1 * stride)
                scale(&f20, &f21, i20, i21, z0, z1, s0, s1, scales + r2 * stride, zeros + r2 * stride)
                scale(&f30, &f31, i30, i31, z0, z1, s0, s1, scales + r3 * stride, zeros + r3 * stride)
                scale(&f40, &f41, i40, i41, z0, z1, s0, s1, scales + r4 * stride, zeros + r4 * stride)
                scale(&f50, &f51, i50, i51, z0, z1, s0, s1, scales + r5 * stride, zeros + r5 * stride)
            }
            avx512_store_f32(sums + row * 32, f00)
            avx512_store_f32(sums + row * 32 + 16, f01)
            avx512_store_f32(sums + r1 * 32, f10)
            avx512_store_f32(sums + r1 * 32 + 16, f11)
            avx512_store_f32(sums + r2 * 32, f20)
            avx512_store_f32(sums + r2 * 32 + 16, f21)
            avx512_store_f32(sums + r3 * 32, f30)
            avx512_store_f32(sums + r3 * 32 + 16, f31)
            avx512_store_f32(sums + r4 * 32, f40)
            avx512_store_f32(sums + r4 * 32 + 16, f41)
            avx512_store_f32(sums + r5 * 32, f50)
            avx512_store_f32(sums + r5 * 32 + 16, f51)
        }

        /// Four products per lane, of 32 columns with four values of one row.
        @inline(__always)
        private static func addDots(
            _ i0: inout i32x16, _ i1: inout i32x16, _ w0: i32x16, _ w1: i32x16, _ values: UnsafeRawPointer
        ) {
            let x = avx512_splat_i32_at(values)
            i0 = avx512_dot_bytes(i0, w0, x)
            i1 = avx512_dot_bytes(i1, w1, x)
        }

        /// Ends a block of a row: takes off the zero points and adds the scaled sums.
        @inline(__always)
        private static func scale(
            _ f0: inout f32x16, _ f1: inout f32x16, _ i0: i32x16, _ i1: i32x16,
            _ z0: i32x16, _ z1: i32x16, _ s0: f32x16, _ s1: f32x16,
            _ rowScale: UnsafePointer<Float>, _ negatedSum: UnsafePointer<Int32>
        ) {
            let sum = avx512_splat_i32_at(negatedSum)
            let scale = avx512_splat_f32(rowScale.pointee)
            let d0 = avx512_to_f32(avx512_dot_shorts(i0, z0, sum))
            let d1 = avx512_to_f32(avx512_dot_shorts(i1, z1, sum))
            f0 = avx512_fma(d0, avx512_mul(scale, s0), f0)
            f1 = avx512_fma(d1, avx512_mul(scale, s1), f1)
        }
    }
#endif
