#if arch(x86_64)
    package import CSIMD

    /// What the rows of a tile have for each block, in the order in which a tile reads it: of all rows the scale,
    /// the negated sum of values, and for each part of the block where its 16-bit sums start.
    ///
    /// Those sums start from -8 times the sums of the values that each 16-bit half of a lane meets. Nibbles are
    /// 0...15 to the instruction that multiplies them, and sums of 32 products of such numbers do not fit 16
    /// bits, but those of nibbles less 8 do: so sums over a whole part need not be widened on the way, and what
    /// overflows in between comes back.
    struct TileFactors {
        /// Numbers of K of a part, or a block if that is shorter.
        static let partSize = 64

        private let start: UnsafePointer<Int32>
        /// Of a row.
        private let stride: Int
        /// Of a row in a block.
        private let blockStride: Int

        @inline(__always)
        init(_ start: UnsafePointer<Int32>, blocks: Int, blockSize: Int) {
            self.start = start
            blockStride = AVX2Kernels.factorsPerBlock(blockSize)
            stride = blocks &* blockStride
        }

        /// Of the tile that begins with a row.
        @inline(__always)
        func record(row: Int, block: Int) -> UnsafePointer<Int32> {
            start + (row &* stride &+ block &* AVX2Kernels.tileRows &* blockStride)
        }
    }

    extension AVX2Kernels {
        /// Rows of one tile of accumulators; it is two vectors wide.
        package static var tileRows: Int { 5 }

        @inline(__always)
        fileprivate static func factorsPerBlock(_ blockSize: Int) -> Int {
            2 &+ max(1, blockSize / TileFactors.partSize)
        }

        /// Bytes of the factors of all tiles of some rows.
        package static func factorByteCount(rows: Int, blocks: Int, blockSize: Int) -> Int {
            (rows + tileRows - 1) / tileRows * tileRows * blocks * factorsPerBlock(blockSize) * 4
        }

        /// Fills in the factors of some tiles.
        ///
        /// - Parameters:
        ///   - rows: interleaved, not biased.
        ///   - output: of all tiles.
        @inline(never)
        package static func fillFactors(
            _ rows: UnsafePointer<CSIMDQuantizedRows>, blocks: Int, blockSize: Int, firstTile: Int,
            endTile: Int, output: UnsafeMutableRawPointer
        ) {
            let a = rows.pointee
            let part = min(TileFactors.partSize, blockSize)
            let eights = avx2_splat_i32(0x0808_0808)
            let start = output.assumingMemoryBound(to: Int32.self)
            var m = firstTile &* tileRows
            while m < endTile &* tileRows {
                // Rows that there are not repeat the last one.
                let row = min(m, a.rows &- 1)
                let values = UnsafeRawPointer(a.values + row &* a.value_stride)
                let scales = a.scales + row &* a.block_stride
                let negatedSums = a.negated_sums + row &* a.block_stride
                let member = m % tileRows
                var to = start + ((m &- member) &* blocks &* factorsPerBlock(blockSize) &+ member)
                var block = 0
                while block < blocks {
                    to[0] = Int32(bitPattern: scales[block].bitPattern)
                    to[tileRows] = negatedSums[block]
                    to += 2 &* tileRows
                    var k = block &* blockSize
                    let end = k &+ blockSize
                    while k < end {
                        let from = values + (k & ~127 &+ (k & 127) >> 1)
                        let even = avx2_dot_bytes(eights, avx2_load_first_bytes(from, part >> 1))
                        let odd = avx2_dot_bytes(eights, avx2_load_first_bytes(from + 64, part >> 1))
                        to[0] = avx2_negated_sum_i16x2(avx2_add_i16(even, odd))
                        to += tileRows
                        k = k &+ part
                    }
                    block = block &+ 1
                }
                m = m &+ 1
            }
        }
    }
#endif
