#if arch(x86_64)
    internal import CSIMD

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
            output: CSIMDResult, scratch: UnsafeMutableRawPointer
        ) {
            let w = weights.pointee
            let a = rows.pointee
            let panel = NBitsPanel(scratch)
            let sums = (scratch + NBitsPanel.byteCount).assumingMemoryBound(to: Float.self)
            guard let start = a.factors else { preconditionFailure("several rows without factors") }
            let factors = TileFactors(start, blocks: w.blocks, blockSize: w.block_size)
            let chunkBlocks = NBitsPanel.depth / w.block_size
            let tiles = (a.rows &+ tileRows &- 1) / tileRows
            let prefetchRows = (NBitsPanel.columns &+ tiles &- 1) / tiles
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
                    let isLast = block &+ blocks == w.blocks
                    let nextColumn = isLast ? n &+ columns : n
                    let nextColumns = isLast ? min(NBitsPanel.columns, end &- nextColumn) : columns
                    var next =
                        w.values + nextColumn &* w.value_row_bytes
                        + (isLast ? 0 : (block &+ blocks) &* w.block_size >> 1)
                    var nextLeft = nextColumns
                    m = 0
                    while m < a.rows {
                        // Meanwhile the next panel's rows come from memory.
                        let prefetched = min(prefetchRows, nextLeft)
                        prefetch(next, stride: w.value_row_bytes, count: prefetched)
                        next += prefetched &* w.value_row_bytes
                        nextLeft = nextLeft &- prefetched
                        let tileSums = sums + m &* NBitsPanel.columns
                        addTile(
                            panel, a, factors, blockSize: w.block_size, row: m, block: block, blocks,
                            tileSums)
                        if isLast {
                            var to = output
                            to.elements += m &* output.stride &+ n
                            to.is_streamed = output.is_streamed && columns == NBitsPanel.columns
                            store(
                                tileSums, rows: min(tileRows, a.rows &- m), columns: columns,
                                bias: bias.map { $0 + n }, output: to)
                        }
                        m = m &+ tileRows
                    }
                    block = block &+ blocks
                }
                n = n &+ NBitsPanel.columns
            }
            if output.is_streamed { csimd_finish_streams() }
        }

        /// The part of `count` rows of weights that a panel takes up.
        @inline(__always)
        private static func prefetch(_ start: UnsafeRawPointer, stride: Int, count: Int) {
            var address = start
            var row = 0
            while row < count {
                csimd_prefetch_l1(address)
                csimd_prefetch_l1(address + 64)
                csimd_prefetch_l1(address + 128)
                csimd_prefetch_l1(address + 192)
                address += stride
                row = row &+ 1
            }
        }

        /// Rows of a tile's sums, with bias, to the output.
        @inline(__always)
        private static func store(
            _ sums: UnsafePointer<Float>, rows: Int, columns: Int, bias: UnsafePointer<Float>?,
            output: CSIMDResult
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
                let to = output.elements + m &* output.stride
                if output.is_streamed {
                    avx2_stream_f32(to, s0)
                    avx2_stream_f32(to + 8, s1)
                } else {
                    avx2_store_first_f32(to, s0, low)
                    avx2_store_first_f32(to + 8, s1, high)
                }
                m = m &+ 1
            }
        }

        /// Adds the products of a panel's blocks to 4 rows × 16 columns of sums; rows that there are not
        /// repeat the last one. `sums` are the tile's.
        @inline(never)
        private static func addTile(
            _ panel: NBitsPanel, _ a: CSIMDQuantizedRows, _ factors: TileFactors, blockSize: Int, row: Int,
            block: Int, _ blocks: Int, _ sums: UnsafeMutablePointer<Float>
        ) {
            // A constant block size unrolls the loops over a block.
            switch blockSize {
            case 16: addTile(panel, a, factors, constant: 16, row: row, block: block, blocks, sums)
            case 32: addTile(panel, a, factors, constant: 32, row: row, block: block, blocks, sums)
            case 64: addTile(panel, a, factors, constant: 64, row: row, block: block, blocks, sums)
            case 128: addTile(panel, a, factors, constant: 128, row: row, block: block, blocks, sums)
            default: addTile(panel, a, factors, constant: 256, row: row, block: block, blocks, sums)
            }
        }

        @inline(__always)
        private static func addTile(
            _ panel: NBitsPanel, _ a: CSIMDQuantizedRows, _ factors: TileFactors, constant blockSize: Int,
            row: Int, block: Int, _ blocks: Int, _ sums: UnsafeMutablePointer<Float>
        ) {
            let first = block &* blockSize
            let row0 = TileRow(a, row, first)
            let row1 = TileRow(a, row &+ 1, first)
            let row2 = TileRow(a, row &+ 2, first)
            let row3 = TileRow(a, row &+ 3, first)
            let row4 = TileRow(a, row &+ 4, first)
            let part = min(TileFactors.partSize, blockSize)
            var factor = factors.record(row: row, block: block)
            var line = panel.values
            var at = 0
            var index = 0
            while index < blocks {
                var i00 = avx2_zero(), i10 = i00, i20 = i00, i30 = i00, i40 = i00
                var i01 = i00, i11 = i00, i21 = i00, i31 = i00, i41 = i00
                let (scales, negatedSums) = (factor, factor + tileRows)
                factor += 2 &* tileRows
                var left = blockSize
                while left > 0 {
                    var s00 = avx2_splat_i32_at(factor), s01 = s00
                    var s10 = avx2_splat_i32_at(factor + 1), s11 = s10
                    var s20 = avx2_splat_i32_at(factor + 2), s21 = s20
                    var s30 = avx2_splat_i32_at(factor + 3), s31 = s30
                    var s40 = avx2_splat_i32_at(factor + 4), s41 = s40
                    factor += tileRows
                    let last = at &+ part >> 1
                    while at < last {
                        var w0 = avx2_load_i32(line)
                        var w1 = avx2_load_i32(line + 32)
                        row0.addDots(&s00, &s01, w0, w1, at)
                        row1.addDots(&s10, &s11, w0, w1, at)
                        row2.addDots(&s20, &s21, w0, w1, at)
                        row3.addDots(&s30, &s31, w0, w1, at)
                        row4.addDots(&s40, &s41, w0, w1, at)
                        w0 = avx2_load_i32(line + 64)
                        w1 = avx2_load_i32(line + 96)
                        row0.addDots(&s00, &s01, w0, w1, at &+ 64)
                        row1.addDots(&s10, &s11, w0, w1, at &+ 64)
                        row2.addDots(&s20, &s21, w0, w1, at &+ 64)
                        row3.addDots(&s30, &s31, w0, w1, at &+ 64)
                        row4.addDots(&s40, &s41, w0, w1, at &+ 64)
                        line += 128
                        at = at &+ 4
                        // Else the compiler takes the rows of all lines one by one, and the lines do not
                        // fit the registers.
                        csimd_memory_barrier()
                    }
                    // The values of 128 low nibbles lie before those of the high ones.
                    at = at &+ (at & 64)
                    widen(&i00, s00)
                    widen(&i01, s01)
                    widen(&i10, s10)
                    widen(&i11, s11)
                    widen(&i20, s20)
                    widen(&i21, s21)
                    widen(&i30, s30)
                    widen(&i31, s31)
                    widen(&i40, s40)
                    widen(&i41, s41)
                    left = left &- part
                }
                let columns = panel.scales + index &* NBitsPanel.columns
                let zeros = panel.zeroPoints + index &* NBitsPanel.columns
                addScaled(
                    i00, i01, scales, negatedSums, columns, zeros, sums)
                addScaled(
                    i10, i11, scales + 1, negatedSums + 1, columns, zeros, sums + 16)
                addScaled(
                    i20, i21, scales + 2, negatedSums + 2, columns, zeros, sums + 32)
                addScaled(
                    i30, i31, scales + 3, negatedSums + 3, columns, zeros, sums + 48)
                addScaled(
                    i40, i41, scales + 4, negatedSums + 4, columns, zeros, sums + 64)
                index = index &+ 1
            }
        }

        /// Ends a block of a row.
        @inline(__always)
        private static func addScaled(
            _ i0: i32x8, _ i1: i32x8, _ scale: UnsafePointer<Int32>, _ negatedSum: UnsafePointer<Int32>,
            _ columnScales: UnsafePointer<Float>, _ zeroPoints: UnsafePointer<Int32>,
            _ sums: UnsafeMutablePointer<Float>
        ) {
            let scale = avx2_cast_f32(avx2_splat_i32_at(scale))
            let negatedSum = avx2_splat_i32_at(negatedSum)
            let d0 = avx2_add_i32(i0, avx2_dot_shorts(avx2_load_i32(zeroPoints), negatedSum))
            let d1 = avx2_add_i32(i1, avx2_dot_shorts(avx2_load_i32(zeroPoints + 8), negatedSum))
            let p0 = avx2_mul(scale, avx2_load_f32(columnScales))
            let p1 = avx2_mul(scale, avx2_load_f32(columnScales + 8))
            avx2_store_f32(sums, avx2_fma(avx2_to_f32(d0), p0, avx2_load_f32(sums)))
            avx2_store_f32(sums + 8, avx2_fma(avx2_to_f32(d1), p1, avx2_load_f32(sums + 8)))
        }

        /// Adds neighbouring 16-bit sums to 32-bit ones.
        @inline(__always)
        private static func widen(_ sum: inout i32x8, _ narrow: i32x8) {
            sum = avx2_add_i32(sum, avx2_dot_shorts(narrow, avx2_splat_i16(1)))
        }
    }

    /// The values of a row of activations from a number of K on that begins 128 of them.
    private struct TileRow {
        private let values: UnsafeRawPointer

        @inline(__always)
        init(_ a: CSIMDQuantizedRows, _ row: Int, _ k: Int) {
            values = UnsafeRawPointer(a.values + (min(row, a.rows &- 1) &* a.value_stride &+ k))
        }

        /// Two times two products per 32 bits, of 16 columns with four values of the row.
        @inline(__always)
        func addDots(_ s0: inout i32x8, _ s1: inout i32x8, _ w0: i32x8, _ w1: i32x8, _ at: Int) {
            let x = avx2_splat_i32_at(values + at)
            s0 = avx2_add_i16(s0, avx2_dot_bytes(w0, x))
            s1 = avx2_add_i16(s1, avx2_dot_bytes(w1, x))
        }
    }
#endif
