#if arch(x86_64)
    internal import CSIMD

    extension AVX512Kernels {
        static func panelScratchBytes(rows: Int) -> Int {
            // The rows of the last tile that there are not also have sums.
            NBitsPanel.byteCount + (rows + tallTileRows - 1) * NBitsPanel.columns * 4
        }

        /// Columns `first..<end` of `rows × weightsᵀ + bias` for many rows, biased, and four bits.
        ///
        /// Columns lie across lanes: a lane of a panel's line holds four values of one column, so that the
        /// products need neither shuffles nor sums across lanes. Panels are built from the model's file just
        /// before all rows use them.
        ///
        /// - Parameter hasTallTiles: whether tiles have ``tallTileRows`` rows or ``shortTileRows``.
        @inline(never)
        static func matMulNBitsPanels(
            _ weights: UnsafePointer<CSIMDNBitsWeights>, _ rows: UnsafePointer<CSIMDQuantizedRows>,
            bias: UnsafePointer<Float>?, first: Int, end: Int, hasTallTiles: Bool,
            output: CSIMDResult, scratch: UnsafeMutableRawPointer
        ) {
            let w = weights.pointee
            let a = rows.pointee
            let panel = NBitsPanel(scratch)
            let sums = (scratch + NBitsPanel.byteCount).assumingMemoryBound(to: Float.self)
            let tileRows = hasTallTiles ? tallTileRows : shortTileRows
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
                        var to = output
                        to.elements += firstRow &* output.stride &+ n
                        to.is_streamed = output.is_streamed && columns == NBitsPanel.columns
                        if isLast && !to.is_streamed { prefetchOutput(to, count: rowCount) }
                        if hasTallTiles {
                            addTallTile(
                                panel, a, blockSize: w.block_size, row: firstRow, block: block, blocks,
                                tileSums)
                        } else {
                            addShortTile(
                                panel, a, blockSize: w.block_size, row: firstRow, block: block, blocks,
                                tileSums)
                        }
                        if isLast {
                            store(
                                tileSums, rows: rowCount, columns: columns, bias: bias.map { $0 + n },
                                output: to)
                        }
                        tile = tile &+ 1
                    }
                    block = block &+ blocks
                }
                n = n &+ NBitsPanel.columns
            }
            if output.is_streamed { csimd_finish_streams() }
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
                csimd_prefetch_l1(address)
                csimd_prefetch_l1(address + 64)
                address += stride
                row = row &+ 1
            }
        }

        /// Rows of the output are far apart: each is another page.
        @inline(__always)
        private static func prefetchOutput(_ output: CSIMDResult, count: Int) {
            var row = 0
            while row < count {
                let line = output.elements + row &* output.stride
                csimd_prefetch_l1(line)
                csimd_prefetch_l1(line + 16)
                csimd_prefetch_l1(line + 32)
                csimd_prefetch_l1(line + 48)
                row = row &+ 1
            }
        }

        /// Rows of a tile's sums, with bias, to the output.
        @inline(__always)
        private static func store(
            _ sums: UnsafePointer<Float>, rows: Int, columns: Int, bias: UnsafePointer<Float>?,
            output: CSIMDResult
        ) {
            var m = 0
            while m < rows {
                let (from, to) = (sums + m &* NBitsPanel.columns, output.elements + m &* output.stride)
                var first = 0
                while first < columns {
                    let count = min(16, columns &- first)
                    var sum = avx512_load_f32(from + first)
                    if let bias { sum = avx512_add(sum, avx512_load_first_f32(bias + first, count)) }
                    if output.is_streamed {
                        avx512_stream_f32(to + first, sum)
                    } else {
                        avx512_store_first_f32(to + first, sum, count)
                    }
                    first = first &+ 16
                }
                m = m &+ 1
            }
        }
    }
#endif
