#if arch(x86_64)
    internal import CSIMD

    /// Rows of one tile of accumulators; it is two vectors wide.
    private let tileRows = 4

    extension AVX2Kernels {
        static func panelScratchBytes(rows: Int) -> Int {
            // The rows of the last tile that there are not also have sums.
            NBitsPanel.byteCount + (rows + tileRows - 1) * NBitsPanel.columns * 4
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
            let panel = NBitsPanel(scratch)
            let sums = (scratch + NBitsPanel.byteCount).assumingMemoryBound(to: Float.self)
            let chunkBlocks = NBitsPanel.depth / w.block_size
            var n = first
            while n < end {
                let columns = min(NBitsPanel.columns, end &- n)
                var m = 0
                while m < a.rows &+ tileRows &- 1 {
                    avx2_store_f32(sums + m &* NBitsPanel.columns, avx2_zero_f32())
                    avx2_store_f32(sums + (m &* NBitsPanel.columns &+ 8), avx2_zero_f32())
                    m = m &+ 1
                }
                var block = 0
                while block < w.blocks {
                    let blocks = min(chunkBlocks, w.blocks &- block)
                    panel.fill(w, column: n, columns, block: block, blocks)
                    m = 0
                    while m < a.rows {
                        let tileSums = sums + m &* NBitsPanel.columns
                        addTile(panel, a, blockSize: w.block_size, row: m, block: block, blocks, tileSums)
                        m = m &+ tileRows
                    }
                    block = block &+ blocks
                }
                store(
                    sums, rows: a.rows, columns: columns, bias: bias.map { $0 + n },
                    output: output + n, outputStride: outputStride)
                n = n &+ NBitsPanel.columns
            }
        }

        @inline(__always)
        private static func store(
            _ sums: UnsafePointer<Float>, rows: Int, columns: Int, bias: UnsafePointer<Float>?,
            output: UnsafeMutablePointer<Float>, outputStride: Int
        ) {
            let low = min(8, columns)
            let high = columns &- low
            var m = 0
            while m < rows {
                var s0 = avx2_load_f32(sums + m &* NBitsPanel.columns)
                var s1 = avx2_load_f32(sums + (m &* NBitsPanel.columns &+ 8))
                if let bias {
                    s0 = avx2_add(s0, avx2_load_first_f32(bias, low))
                    s1 = avx2_add(s1, avx2_load_first_f32(bias + 8, high))
                }
                avx2_store_first_f32(output + m &* outputStride, s0, low)
                avx2_store_first_f32(output + (m &* outputStride &+ 8), s1, high)
                m = m &+ 1
            }
        }

        /// Adds the products of a panel's blocks to 4 rows × 16 columns of sums; rows that there are not
        /// repeat the last one. `sums` are the tile's.
        @inline(never)
        private static func addTile(
            _ panel: NBitsPanel, _ a: CSIMDQuantizedRows, blockSize: Int, row: Int, block: Int,
            _ blocks: Int, _ sums: UnsafeMutablePointer<Float>
        ) {
            // A constant block size unrolls the loops over a block.
            switch blockSize {
            case 16: addTile(panel, a, constant: 16, row: row, block: block, blocks, sums)
            case 32: addTile(panel, a, constant: 32, row: row, block: block, blocks, sums)
            case 64: addTile(panel, a, constant: 64, row: row, block: block, blocks, sums)
            case 128: addTile(panel, a, constant: 128, row: row, block: block, blocks, sums)
            default: addTile(panel, a, constant: 256, row: row, block: block, blocks, sums)
            }
        }

        @inline(__always)
        private static func addTile(
            _ panel: NBitsPanel, _ a: CSIMDQuantizedRows, constant blockSize: Int, row: Int, block: Int,
            _ blocks: Int, _ sums: UnsafeMutablePointer<Float>
        ) {
            let row0 = TileRow(a, row)
            let row1 = TileRow(a, row &+ 1)
            let row2 = TileRow(a, row &+ 2)
            let row3 = TileRow(a, row &+ 3)
            // Four lines are 8 sums, as many as fit 16 bits.
            let lines = min(4, blockSize >> 3)
            var line = panel.values
            var index = 0
            while index < blocks {
                var i00 = avx2_zero(), i10 = i00, i20 = i00, i30 = i00
                var i01 = i00, i11 = i00, i21 = i00, i31 = i00
                var k = (block &+ index) &* blockSize
                let end = k &+ blockSize
                while k < end {
                    var s00 = avx2_zero(), s10 = s00, s20 = s00, s30 = s00
                    var s01 = s00, s11 = s00, s21 = s00, s31 = s00
                    var at = k & ~127 &+ (k & 127) >> 1
                    let last = at &+ lines &* 4
                    while at < last {
                        var w0 = avx2_load_i32(line)
                        var w1 = avx2_load_i32(line + 32)
                        row0.addDots(&s00, &s01, w0, w1, at)
                        row1.addDots(&s10, &s11, w0, w1, at)
                        row2.addDots(&s20, &s21, w0, w1, at)
                        row3.addDots(&s30, &s31, w0, w1, at)
                        w0 = avx2_load_i32(line + 64)
                        w1 = avx2_load_i32(line + 96)
                        row0.addDots(&s00, &s01, w0, w1, at &+ 64)
                        row1.addDots(&s10, &s11, w0, w1, at &+ 64)
                        row2.addDots(&s20, &s21, w0, w1, at &+ 64)
                        row3.addDots(&s30, &s31, w0, w1, at &+ 64)
                        line += 128
                        at = at &+ 4
                        // Else the compiler takes the rows of all four lines one by one, and the lines
                        // do not fit the registers.
                        csimd_memory_barrier()
                    }
                    widen(&i00, s00)
                    widen(&i01, s01)
                    widen(&i10, s10)
                    widen(&i11, s11)
                    widen(&i20, s20)
                    widen(&i21, s21)
                    widen(&i30, s30)
                    widen(&i31, s31)
                    k = k &+ lines &* 8
                }
                let scales = panel.scales + index &* NBitsPanel.columns
                let zeros = panel.zeroPoints + index &* NBitsPanel.columns
                row0.addScaled(i00, i01, scales, zeros, block &+ index, sums)
                row1.addScaled(i10, i11, scales, zeros, block &+ index, sums + 16)
                row2.addScaled(i20, i21, scales, zeros, block &+ index, sums + 32)
                row3.addScaled(i30, i31, scales, zeros, block &+ index, sums + 48)
                index = index &+ 1
            }
        }

        /// Adds neighbouring 16-bit sums to 32-bit ones.
        @inline(__always)
        private static func widen(_ sum: inout i32x8, _ narrow: i32x8) {
            sum = avx2_add_i32(sum, avx2_dot_shorts(narrow, avx2_splat_i16(1)))
        }
    }

    /// A row of activations.
    private struct TileRow {
        let values: UnsafeRawPointer
        let scales: UnsafePointer<Float>
        let negatedSums: UnsafePointer<Int32>

        @inline(__always)
        init(_ a: CSIMDQuantizedRows, _ row: Int) {
            let row = min(row, a.rows &- 1)
            values = UnsafeRawPointer(a.values + row &* a.value_stride)
            scales = a.scales + row &* a.block_stride
            negatedSums = a.negated_sums + row &* a.block_stride
        }

        /// Two times two products per 32 bits, of 16 columns with four values of the row.
        @inline(__always)
        func addDots(_ s0: inout i32x8, _ s1: inout i32x8, _ w0: i32x8, _ w1: i32x8, _ k: Int) {
            let x = avx2_splat_i32_at(values + k)
            s0 = avx2_add_i16(s0, avx2_dot_bytes(w0, x))
            s1 = avx2_add_i16(s1, avx2_dot_bytes(w1, x))
        }

        /// Ends a block.
        @inline(__always)
        func addScaled(
            _ i0: i32x8, _ i1: i32x8, _ columnScales: UnsafePointer<Float>,
            _ zeroPoints: UnsafePointer<Int32>, _ block: Int, _ sums: UnsafeMutablePointer<Float>
        ) {
            let scale = avx2_splat_f32(scales[block])
            let negatedSum = avx2_splat_i32(negatedSums[block])
            let d0 = avx2_add_i32(i0, avx2_dot_shorts(avx2_load_i32(zeroPoints), negatedSum))
            let d1 = avx2_add_i32(i1, avx2_dot_shorts(avx2_load_i32(zeroPoints + 8), negatedSum))
            let p0 = avx2_mul(scale, avx2_load_f32(columnScales))
            let p1 = avx2_mul(scale, avx2_load_f32(columnScales + 8))
            avx2_store_f32(sums, avx2_fma(avx2_to_f32(d0), p0, avx2_load_f32(sums)))
            avx2_store_f32(sums + 8, avx2_fma(avx2_to_f32(d1), p1, avx2_load_f32(sums + 8)))
        }
    }
#endif
