#if arch(x86_64)
    internal import CSIMD

    /// 64 columns of weights over a part of the depth, as the many-row kernel reads them.
    ///
    /// A panel's bytes stay in the first-level cache while all rows use them.
    struct NBitsPanel {
        static let columns = 64
        /// Numbers of a column.
        static let depth = 256

        /// Per block, or half of a block of 256, a line of 256 bytes for each four bytes of a column's packed weights:
        /// of 64 columns the low nibbles, less their zero points. Then as many lines with the high nibbles.
        var values: UnsafeMutableRawPointer { scratch }
        /// Per block 64 scales.
        var scales: UnsafeMutablePointer<Float> { (scratch + 16_384).assumingMemoryBound(to: Float.self) }
        /// Per block and column what the bias of the activations adds to a sum of products, negated.
        var corrections: UnsafeMutablePointer<Int32> {
            (scratch + 20_480).assumingMemoryBound(to: Int32.self)
        }
        /// Of 16 columns per block the zero point, in each of four bytes.
        private var zeroPoints: UnsafeMutablePointer<Int32> {
            (scratch + 24_576).assumingMemoryBound(to: Int32.self)
        }
        /// Lines of 16 columns before their nibbles are separated.
        private var lines: UnsafeMutableRawPointer { scratch + 25_600 }
        /// 16 rows of weights filled up with zeros, where the model has no more.
        private var staging: UnsafeMutableRawPointer { scratch + 27_648 }

        static let byteCount = 29_696

        /// One address only: a struct of several would bring a copying function of its own, compiled for this
        /// instruction set and shared with the whole program.
        private let scratch: UnsafeMutableRawPointer

        init(_ scratch: UnsafeMutableRawPointer) {
            self.scratch = scratch
        }

        /// Takes `blocks` blocks of `columns` columns from the model's layout. Columns that there are not get
        /// scales of 0.
        @inline(__always)
        func fill(_ w: CSIMDNBitsWeights, column: Int, _ columns: Int, block: Int, _ blocks: Int) {
            var first = 0
            while first < Self.columns {
                let count = max(0, min(16, columns &- first))
                transposeValues(w, column: column &+ first, count, block: block, blocks)
                fillScales(w, column: column &+ first, count, block: block, blocks, to: scales + first)
                fillZeroPoints(w, column: column &+ first, count, block: block, blocks)
                separateNibbles(
                    blockSize: w.block_size, blocks, to: values + first &* 4, corrections: corrections + first
                )
                first = first &+ 16
            }
        }

        @inline(__always)
        private func transposeValues(
            _ w: CSIMDNBitsWeights, column: Int, _ columns: Int, block: Int, _ blocks: Int
        ) {
            let byteCount = blocks &* w.block_size >> 1
            var rows = w.values + column &* w.value_row_bytes + block &* w.block_size >> 1
            var stride = w.value_row_bytes
            if columns < 16 || byteCount & 15 != 0 {
                csimd_clear(staging, 16 &* Self.depth >> 1)
                var row = 0
                while row < columns {
                    csimd_copy(staging + row &* Self.depth >> 1, rows + row &* stride, byteCount)
                    row = row &+ 1
                }
                rows = UnsafeRawPointer(staging)
                stride = Self.depth >> 1
            }
            var line = lines
            var offset = 0
            while offset < byteCount {
                let (v0, v1, v2, v3) = loadColumns(rows + offset, stride: stride)
                avx512_store_i32(line, v0)
                avx512_store_i32(line + 64, v1)
                avx512_store_i32(line + 128, v2)
                avx512_store_i32(line + 192, v3)
                line += 256
                offset = offset &+ 16
            }
        }

        @inline(__always)
        private func fillScales(
            _ w: CSIMDNBitsWeights, column: Int, _ columns: Int, block: Int, _ blocks: Int,
            to scales: UnsafeMutablePointer<Float>
        ) {
            let stride = w.blocks &* 4
            let rows = w.scales + column &* stride + block &* 4
            var b = 0
            if columns == 16 {
                while b &+ 4 <= blocks {
                    let (s0, s1, s2, s3) = loadColumns(rows + b &* 4, stride: stride)
                    let to = scales + b &* Self.columns
                    avx512_store_i32(to, s0)
                    avx512_store_i32(to + Self.columns, s1)
                    avx512_store_i32(to + 2 &* Self.columns, s2)
                    avx512_store_i32(to + 3 &* Self.columns, s3)
                    b = b &+ 4
                }
            }
            while b < blocks {
                var c = 0
                while c < 16 {
                    scales[b &* Self.columns &+ c] =
                        c < columns ? csimd_load_f32(rows + c &* stride + b &* 4) : 0
                    c = c &+ 1
                }
                b = b &+ 1
            }
        }

        @inline(__always)
        private func fillZeroPoints(
            _ w: CSIMDNBitsWeights, column: Int, _ columns: Int, block: Int, _ blocks: Int
        ) {
            let bytes = avx512_splat_i32(0x0101_0101)
            guard let packed = w.zero_points else {
                var index = 0
                while index < blocks &* 16 {
                    avx512_store_i32(zeroPoints + index, avx512_splat_i32(0x0808_0808))
                    index = index &+ 16
                }
                return
            }
            let stride = w.zero_point_row_bytes
            let rows = packed + column &* stride
            var b = 0
            if columns == 16 && stride >= 4 {
                // Four bytes of each row, none of them beyond its end.
                let mask = avx512_splat_i32(15)
                while b < blocks {
                    let byte = min((block &+ b) >> 1, stride &- 4)
                    let used = block &+ b &- byte &* 2
                    let gathered = avx512_gather_i32(rows + byte, Int32(truncatingIfNeeded: stride))
                    var points = avx512_shift_right_i32(gathered, UInt32(truncatingIfNeeded: used &* 4))
                    let end = min(blocks, b &+ 8 &- used)
                    while b < end {
                        avx512_store_i32(
                            zeroPoints + b &* 16, avx512_mul_i32(avx512_and(points, mask), bytes))
                        points = avx512_shift_right_i32(points, 4)
                        b = b &+ 1
                    }
                }
            }
            while b < blocks {
                let index = block &+ b
                var c = 0
                while c < 16 {
                    var point: Int32 = 0
                    if c < columns {
                        let byte = Int32(csimd_load_u8(rows + c &* stride + index >> 1))
                        point = (byte >> Int32(truncatingIfNeeded: (index & 1) &* 4)) & 15
                    }
                    zeroPoints[b &* 16 &+ c] = point &* 0x0101_0101
                    c = c &+ 1
                }
                b = b &+ 1
            }
        }

        /// Nibbles of the transposed lines to signed bytes, and the corrections.
        @inline(__always)
        private func separateNibbles(
            blockSize: Int, _ blocks: Int, to values: UnsafeMutableRawPointer,
            corrections: UnsafeMutablePointer<Int32>
        ) {
            let mask = avx512_splat_i32(0x0F0F_0F0F)
            let activationBias = avx512_splat_i32(Int32(bitPattern: 0x8080_8080))
            let runLines = min(16, blockSize >> 3)
            let runs = max(1, blockSize >> 7)
            var from = UnsafeRawPointer(lines)
            var to = values
            var b = 0
            while b < blocks {
                let zero = avx512_load_i32(zeroPoints + b &* 16)
                var lowSum = avx512_zero()
                var highSum = avx512_zero()
                var run = 0
                while run < runs {
                    let end = to + runLines &* 256
                    while to < end {
                        let packed = avx512_load_i32(from)
                        let low = avx512_sub_bytes(avx512_and(packed, mask), zero)
                        let high = avx512_sub_bytes(avx512_and(avx512_shift_right_4(packed), mask), zero)
                        lowSum = avx512_dot_bytes(lowSum, activationBias, low)
                        highSum = avx512_dot_bytes(highSum, activationBias, high)
                        avx512_store_i32(to, low)
                        avx512_store_i32(to + runLines &* 256, high)
                        from += 64
                        to += 256
                    }
                    to += runLines &* 256
                    run = run &+ 1
                }
                avx512_store_i32(
                    corrections + b &* Self.columns,
                    avx512_sub_i32(avx512_zero(), avx512_add_i32(lowSum, highSum)))
                b = b &+ 1
            }
        }
    }
#endif
