#if arch(x86_64)
    internal import CSIMD

    /// Rows of one tile of accumulators; it is four vectors wide, which takes the fewest loads per product.
    private let tileRows = 6

    extension AVX512Kernels {
        static func panelScratchBytes(rows: Int) -> Int {
            // The rows of the last tile that there are not also have sums.
            NBitsPanel.byteCount + (rows + tileRows - 1) * NBitsPanel.columns * 4
        }

        /// Columns `first..<end` of `rows × weightsᵀ + bias` for many rows, biased, and four bits.
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
            let tiles = (a.rows &+ tileRows &- 1) / tileRows
            let prefetchRows = (NBitsPanel.columns &+ tiles &- 1) / tiles
            var n = first
            while n < end {
                let columns = min(NBitsPanel.columns, end &- n)
                clear(sums, count: tiles &* tileRows &* NBitsPanel.columns)
                var block = 0
                while block < w.blocks {
                    let blocks = min(chunkBlocks, w.blocks &- block)
                    panel.fill(w, column: n, columns, block: block, blocks)
                    let isLast = block &+ blocks == w.blocks
                    let nextColumn = isLast ? n &+ columns : n
                    let nextColumns = isLast ? min(NBitsPanel.columns, end &- nextColumn) : columns
                    let next =
                        w.values + nextColumn &* w.value_row_bytes
                        + (isLast ? 0 : (block &+ blocks) &* w.block_size >> 1)
                    var tile = 0
                    while tile < tiles {
                        // Meanwhile the next panel's rows come from memory.
                        let row = tile &* prefetchRows
                        prefetch(
                            next + row &* w.value_row_bytes, stride: w.value_row_bytes,
                            count: min(prefetchRows, nextColumns &- row))
                        let firstRow = tile &* tileRows
                        let tileSums = sums + firstRow &* NBitsPanel.columns
                        let rowCount = min(tileRows, a.rows &- firstRow)
                        let to = output + (firstRow &* outputStride &+ n)
                        if isLast { prefetchOutput(to, stride: outputStride, count: rowCount) }
                        addTile(
                            panel, a, blockSize: w.block_size, row: firstRow, block: block, blocks, tileSums)
                        if isLast {
                            store(
                                tileSums, rows: rowCount, columns: columns, bias: bias.map { $0 + n },
                                output: to, outputStride: outputStride)
                        }
                        tile = tile &+ 1
                    }
                    block = block &+ blocks
                }
                n = n &+ NBitsPanel.columns
            }
        }

        @inline(__always)
        private static func clear(_ sums: UnsafeMutablePointer<Float>, count: Int) {
            var index = 0
            while index < count {
                avx512_store_f32(sums + index, avx512_zero_f32())
                index = index &+ 16
            }
        }

        /// The part of `count` rows of weights that a panel takes up.
        @inline(__always)
        private static func prefetch(_ start: UnsafeRawPointer, stride: Int, count: Int) {
            var address = start
            var row = 0
            while row < count {
                avx512_prefetch(address)
                avx512_prefetch(address + 64)
                address += stride
                row = row &+ 1
            }
        }

        /// Rows of the output are far apart: each is another page.
        @inline(__always)
        private static func prefetchOutput(_ start: UnsafeMutablePointer<Float>, stride: Int, count: Int) {
            var row = 0
            while row < count {
                avx512_prefetch(start + row &* stride)
                avx512_prefetch(start + (row &* stride &+ 16))
                avx512_prefetch(start + (row &* stride &+ 32))
                avx512_prefetch(start + (row &* stride &+ 48))
                row = row &+ 1
            }
        }

        /// Rows of a tile's sums, with bias, to the output.
        @inline(__always)
        private static func store(
            _ sums: UnsafePointer<Float>, rows: Int, columns: Int, bias: UnsafePointer<Float>?,
            output: UnsafeMutablePointer<Float>, outputStride: Int
        ) {
            var first = 0
            while first < columns {
                let count = min(16, columns &- first)
                let added = bias.map { avx512_load_first_f32($0 + first, count) }
                var m = 0
                while m < rows {
                    var sum = avx512_load_f32(sums + (m &* NBitsPanel.columns &+ first))
                    if let added { sum = avx512_add(sum, added) }
                    avx512_store_first_f32(output + (m &* outputStride &+ first), sum, count)
                    m = m &+ 1
                }
                first = first &+ 16
            }
        }

        /// Adds the products of a panel's blocks to 6 rows × 64 columns of sums; rows that there are not
        /// repeat the last one. `sums` are the tile's.
        @inline(never)
        private static func addTile(
            _ panel: NBitsPanel, _ a: CSIMDQuantizedRows, blockSize: Int, row: Int, block: Int,
            _ blocks: Int, _ sums: UnsafeMutablePointer<Float>
        ) {
            // A constant block size gives the loops constant lengths.
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
            let row4 = TileRow(a, row &+ 4)
            let row5 = TileRow(a, row &+ 5)
            // Blocks lie within 128 interleaved values, or are made of two such runs.
            let runBytes = min(16, blockSize >> 3) &* 4
            let runs = max(1, blockSize >> 7)
            var line = UnsafeRawPointer(panel.values)
            var index = 0
            while index < blocks {
                let corrections = panel.corrections + index &* NBitsPanel.columns
                let c0 = avx512_load_i32(corrections)
                let c1 = avx512_load_i32(corrections + 16)
                let c2 = avx512_load_i32(corrections + 32)
                let c3 = avx512_load_i32(corrections + 48)
                var i00 = c0, i10 = c0, i20 = c0, i30 = c0, i40 = c0, i50 = c0
                var i01 = c1, i11 = c1, i21 = c1, i31 = c1, i41 = c1, i51 = c1
                var i02 = c2, i12 = c2, i22 = c2, i32 = c2, i42 = c2, i52 = c2
                var i03 = c3, i13 = c3, i23 = c3, i33 = c3, i43 = c3, i53 = c3
                let start = (block &+ index) &* blockSize
                var k = start & ~127 &+ (start & 127) >> 1
                // Even k, then odd k.
                var half = 0
                while half < 2 &* runs {
                    let end = k &+ runBytes
                    while k < end {
                        let w0 = avx512_load_i32(line)
                        let w1 = avx512_load_i32(line + 64)
                        let w2 = avx512_load_i32(line + 128)
                        let w3 = avx512_load_i32(line + 192)
                        row0.addDots(&i00, &i01, &i02, &i03, w0, w1, w2, w3, k)
                        row1.addDots(&i10, &i11, &i12, &i13, w0, w1, w2, w3, k)
                        row2.addDots(&i20, &i21, &i22, &i23, w0, w1, w2, w3, k)
                        row3.addDots(&i30, &i31, &i32, &i33, w0, w1, w2, w3, k)
                        row4.addDots(&i40, &i41, &i42, &i43, w0, w1, w2, w3, k)
                        row5.addDots(&i50, &i51, &i52, &i53, w0, w1, w2, w3, k)
                        line += 256
                        k = k &+ 4
                    }
                    k = k &+ 64 &- runBytes
                    half = half &+ 1
                }
                // Else the compiler keeps the sums in registers that it then has to spill.
                csimd_memory_barrier()
                let scales = panel.scales + index &* NBitsPanel.columns
                let s0 = avx512_load_f32(scales)
                let s1 = avx512_load_f32(scales + 16)
                let s2 = avx512_load_f32(scales + 32)
                let s3 = avx512_load_f32(scales + 48)
                row0.addScaled(i00, i01, i02, i03, s0, s1, s2, s3, block &+ index, sums)
                row1.addScaled(i10, i11, i12, i13, s0, s1, s2, s3, block &+ index, sums + 64)
                row2.addScaled(i20, i21, i22, i23, s0, s1, s2, s3, block &+ index, sums + 128)
                row3.addScaled(i30, i31, i32, i33, s0, s1, s2, s3, block &+ index, sums + 192)
                row4.addScaled(i40, i41, i42, i43, s0, s1, s2, s3, block &+ index, sums + 256)
                row5.addScaled(i50, i51, i52, i53, s0, s1, s2, s3, block &+ index, sums + 320)
                index = index &+ 1
            }
        }
    }

    /// A row of activations.
    private struct TileRow {
        let values: UnsafeRawPointer
        let scales: UnsafePointer<Float>

        @inline(__always)
        init(_ a: CSIMDQuantizedRows, _ row: Int) {
            let row = min(row, a.rows &- 1)
            values = UnsafeRawPointer(a.values + row &* a.value_stride)
            scales = a.scales + row &* a.block_stride
        }

        /// Four products per lane, of 64 columns with four values of the row.
        @inline(__always)
        func addDots(
            _ i0: inout i32x16, _ i1: inout i32x16, _ i2: inout i32x16, _ i3: inout i32x16,
            _ w0: i32x16, _ w1: i32x16, _ w2: i32x16, _ w3: i32x16, _ k: Int
        ) {
            let x = avx512_splat_i32_at(values + k)
            i0 = avx512_dot_bytes(i0, x, w0)
            i1 = avx512_dot_bytes(i1, x, w1)
            i2 = avx512_dot_bytes(i2, x, w2)
            i3 = avx512_dot_bytes(i3, x, w3)
        }

        /// Ends a block. The sums stay in memory because the registers are taken.
        @inline(__always)
        func addScaled(
            _ i0: i32x16, _ i1: i32x16, _ i2: i32x16, _ i3: i32x16,
            _ s0: f32x16, _ s1: f32x16, _ s2: f32x16, _ s3: f32x16, _ block: Int,
            _ sums: UnsafeMutablePointer<Float>
        ) {
            let scale = avx512_splat_f32(scales[block])
            add(i0, s0, scale, sums)
            add(i1, s1, scale, sums + 16)
            add(i2, s2, scale, sums + 32)
            add(i3, s3, scale, sums + 48)
        }

        @inline(__always)
        private func add(_ dots: i32x16, _ s: f32x16, _ scale: f32x16, _ sums: UnsafeMutablePointer<Float>) {
            let scaled = avx512_mul(avx512_to_f32(dots), s)
            avx512_store_f32(sums, avx512_fma(scaled, scale, avx512_load_f32(sums)))
        }
    }
#endif
