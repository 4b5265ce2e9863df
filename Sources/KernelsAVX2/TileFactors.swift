#if arch(x86_64)
    internal import CSIMD

    /// What the rows of a tile have for each block, in the order in which a tile reads it: of all rows the scale,
    /// the negated sum of values, and for each part of the block where its 16-bit sums start.
    ///
    /// Those sums start from -8 times the sums of the values that each 16-bit half of a lane meets. Nibbles are
    /// 0...15 to the instruction that multiplies them, and sums of 32 products of such numbers do not fit 16
    /// bits, but those of nibbles less 8 do: so sums over a whole part need not be widened on the way, and what
    /// overflows in between comes back.
    struct TileFactors {
        /// Rows of one tile of accumulators; it is two vectors wide.
        static let rows = 5
        /// Numbers of K of a part, or a block if that is shorter.
        static let partSize = 64

        private let start: UnsafeMutablePointer<Int32>
        private let blockSize: Int
        private let blocks: Int

        @inline(__always)
        init(_ start: UnsafeMutableRawPointer, blockSize: Int, blocks: Int) {
            self.start = start.assumingMemoryBound(to: Int32.self)
            self.blockSize = blockSize
            self.blocks = blocks
        }

        /// Of all tiles.
        static func byteCount(_ weights: CSIMDNBitsWeights, rows: Int) -> Int {
            (rows + Self.rows - 1) * weights.blocks * (2 + max(1, weights.block_size / partSize)) * 4
        }

        @inline(__always) private var parts: Int { max(1, blockSize / Self.partSize) }

        /// Of the tile that begins with a row.
        @inline(__always)
        func record(row: Int, block: Int) -> UnsafePointer<Int32> {
            UnsafePointer(start + (row &* blocks &+ block &* Self.rows) &* (2 &+ parts))
        }

        @inline(__always)
        func fill(_ a: CSIMDQuantizedRows) {
            let part = min(Self.partSize, blockSize)
            let eights = avx2_splat_i32(0x0808_0808)
            let tileRows = (a.rows &+ Self.rows &- 1) / Self.rows &* Self.rows
            var m = 0
            while m < tileRows {
                // Rows that there are not repeat the last one.
                let row = min(m, a.rows &- 1)
                let values = UnsafeRawPointer(a.values + row &* a.value_stride)
                let scales = a.scales + row &* a.block_stride
                let negatedSums = a.negated_sums + row &* a.block_stride
                let member = m % Self.rows
                var to = start + ((m &- member) &* blocks &* (2 &+ parts) &+ member)
                var block = 0
                while block < blocks {
                    to[0] = Int32(bitPattern: scales[block].bitPattern)
                    to[Self.rows] = negatedSums[block]
                    to += 2 &* Self.rows
                    var k = block &* blockSize
                    let end = k &+ blockSize
                    while k < end {
                        let from = values + (k & ~127 &+ (k & 127) >> 1)
                        let even = avx2_dot_bytes(eights, avx2_load_first_bytes(from, part >> 1))
                        let odd = avx2_dot_bytes(eights, avx2_load_first_bytes(from + 64, part >> 1))
                        to[0] = avx2_negated_sum_i16x2(avx2_add_i16(even, odd))
                        to += Self.rows
                        k = k &+ part
                    }
                    block = block &+ 1
                }
                m = m &+ 1
            }
        }
    }
#endif
