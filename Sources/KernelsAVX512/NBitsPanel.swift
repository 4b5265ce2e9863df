#if arch(x86_64)
    internal import CSIMD

    /// 32 columns of weights over a part of the depth, as the many-row kernel reads them.
    ///
    /// A panel's bytes stay in the first-level cache while all rows use them.
    struct NBitsPanel {
        static let columns = 32
        /// Numbers of a column.
        static let depth = 512

        /// Per four bytes of packed weights, 256 bytes: of 32 columns the low nibbles, then the high ones, less
        /// their zero points.
        var values: UnsafeMutableRawPointer { scratch }
        /// Per block 32 scales.
        var scales: UnsafeMutablePointer<Float> { (scratch + 16_384).assumingMemoryBound(to: Float.self) }
        /// Per block and column what the bias of the activations adds to a sum of products, negated.
        var corrections: UnsafeMutablePointer<Int32> {
            (scratch + 20_480).assumingMemoryBound(to: Int32.self)
        }
        /// Per block and column the zero point, in each of four bytes.
        private var zeroPoints: UnsafeMutablePointer<Int32> {
            (scratch + 24_576).assumingMemoryBound(to: Int32.self)
        }
        /// Lines before their nibbles are separated; per half of the columns 64.
        private var lines: UnsafeMutableRawPointer { scratch + 28_672 }
        /// Rows of weights filled up with zeros, where the model has no more.
        private var staging: UnsafeMutableRawPointer { scratch + 36_864 }

        static let byteCount = 16_384 + 3 * 4_096 + 2 * 8_192

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
            transposeValues(w, column: column, columns, block: block, blocks)
            fillScales(w, column: column, columns, block: block, blocks)
            fillZeroPoints(w, column: column, columns, block: block, blocks)
            separateNibbles(lines: w.block_size >> 3, blocks: blocks)
        }

        @inline(__always)
        private func transposeValues(
            _ w: CSIMDNBitsWeights, column: Int, _ columns: Int, block: Int, _ blocks: Int
        ) {
            let byteCount = blocks &* w.block_size >> 1
            var source = w.values + column &* w.value_row_bytes + block &* w.block_size >> 1
            var stride = w.value_row_bytes
            if columns < Self.columns || byteCount & 15 != 0 {
                var offset = 0
                while offset < 8_192 {
                    avx512_store_i32(staging + offset, avx512_zero())
                    offset = offset &+ 64
                }
                var row = 0
                while row < columns {
                    csimd_copy(staging + row &* 256, source + row &* stride, byteCount)
                    row = row &+ 1
                }
                source = UnsafeRawPointer(staging)
                stride = 256
            }
            var half = 0
            while half < 2 {
                var line = lines + half &* 4_096
                var rows = source + half &* 16 &* stride
                var offset = 0
                while offset < byteCount {
                    let (v0, v1, v2, v3) = loadColumns(rows, stride: stride)
                    avx512_store_i32(line, v0)
                    avx512_store_i32(line + 64, v1)
                    avx512_store_i32(line + 128, v2)
                    avx512_store_i32(line + 192, v3)
                    line += 256
                    rows += 16
                    offset = offset &+ 16
                }
                half = half &+ 1
            }
        }

        @inline(__always)
        private func fillScales(
            _ w: CSIMDNBitsWeights, column: Int, _ columns: Int, block: Int, _ blocks: Int
        ) {
            let stride = w.blocks &* 4
            var b = 0
            if columns == Self.columns {
                while b &+ 4 <= blocks {
                    var half = 0
                    while half < 2 {
                        let rows = w.scales + (column &+ half &* 16) &* stride + (block &+ b) &* 4
                        let (s0, s1, s2, s3) = loadColumns(rows, stride: stride)
                        let to = scales + b &* Self.columns + half &* 16
                        avx512_store_i32(to, s0)
                        avx512_store_i32(to + 32, s1)
                        avx512_store_i32(to + 64, s2)
                        avx512_store_i32(to + 96, s3)
                        half = half &+ 1
                    }
                    b = b &+ 4
                }
            }
            while b < blocks {
                let source = w.scales + column &* stride + (block &+ b) &* 4
                var c = 0
                while c < Self.columns {
                    scales[b &* Self.columns &+ c] = c < columns ? csimd_load_f32(source + c &* stride) : 0
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
                while index < blocks &* Self.columns {
                    avx512_store_i32(zeroPoints + index, avx512_splat_i32(0x0808_0808))
                    index = index &+ 16
                }
                return
            }
            let stride = w.zero_point_row_bytes
            let source = packed + column &* stride
            var b = 0
            if columns == Self.columns {
                let mask = avx512_splat_i32(15)
                while b &+ 8 <= blocks {
                    let first = source + (block &+ b) >> 1
                    var g0 = avx512_gather_i32(first, Int32(truncatingIfNeeded: stride))
                    var g1 = avx512_gather_i32(first + stride &* 16, Int32(truncatingIfNeeded: stride))
                    let end = b &+ 8
                    while b < end {
                        let to = zeroPoints + b &* Self.columns
                        avx512_store_i32(to, avx512_mul_i32(avx512_and(g0, mask), bytes))
                        avx512_store_i32(to + 16, avx512_mul_i32(avx512_and(g1, mask), bytes))
                        g0 = avx512_shift_right_i32(g0, 4)
                        g1 = avx512_shift_right_i32(g1, 4)
                        b = b &+ 1
                    }
                }
            }
            while b < blocks {
                let index = block &+ b
                var c = 0
                while c < Self.columns {
                    var point: Int32 = 0
                    if c < columns {
                        let byte = Int32(csimd_load_u8(source + c &* stride + index >> 1))
                        point = (byte >> Int32(truncatingIfNeeded: (index & 1) &* 4)) & 15
                    }
                    zeroPoints[b &* Self.columns &+ c] = point &* 0x0101_0101
                    c = c &+ 1
                }
                b = b &+ 1
            }
        }

        /// Nibbles of the transposed lines to signed bytes, and the corrections.
        @inline(__always)
        private func separateNibbles(lines count: Int, blocks: Int) {
            let mask = avx512_splat_i32(0x0F0F_0F0F)
            let activationBias = avx512_splat_i32(Int32(bitPattern: 0x8080_8080))
            var half = 0
            while half < 2 {
                var from = UnsafeRawPointer(lines + half &* 4_096)
                var to = values + half &* 64
                var b = 0
                while b < blocks {
                    let index = b &* Self.columns &+ half &* 16
                    let zero = avx512_load_i32(zeroPoints + index)
                    var sum = avx512_zero()
                    var line = 0
                    while line < count {
                        let packed = avx512_load_i32(from)
                        let low = avx512_sub_bytes(avx512_and(packed, mask), zero)
                        let high = avx512_sub_bytes(avx512_and(avx512_shift_right_4(packed), mask), zero)
                        sum = avx512_dot_bytes(
                            avx512_dot_bytes(sum, activationBias, low), activationBias, high)
                        avx512_store_i32(to, low)
                        avx512_store_i32(to + 128, high)
                        from += 64
                        to += 256
                        line = line &+ 1
                    }
                    avx512_store_i32(corrections + index, avx512_sub_i32(avx512_zero(), sum))
                    b = b &+ 1
                }
                half = half &+ 1
            }
        }
    }
#endif
