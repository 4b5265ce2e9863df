#if arch(x86_64)
    internal import CSIMD

    /// 16 columns of weights over a part of the depth, as the many-row kernel reads them.
    struct NBitsPanel {
        static let columns = 16
        /// Numbers of a column.
        static let depth = 512

        /// Per four bytes of packed weights, 128 bytes: of 16 columns the low nibbles, then the high ones.
        var values: UnsafeMutableRawPointer { scratch }
        /// Per block 16 scales.
        var scales: UnsafeMutablePointer<Float> { (scratch + 8_192).assumingMemoryBound(to: Float.self) }
        /// Per block 16 zero points less 8, in the lower 16 bits.
        var zeroPoints: UnsafeMutablePointer<Int32> { (scratch + 10_240).assumingMemoryBound(to: Int32.self) }
        /// Rows of weights filled up with zeros, where the model has no more.
        private var staging: UnsafeMutableRawPointer { scratch + 12_288 }

        static let byteCount = 8_192 + 2 * 2_048 + 4_096

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
            fillValues(w, column: column, columns, block: block, blocks)
            fillScales(w, column: column, columns, block: block, blocks)
            fillZeroPoints(w, column: column, columns, block: block, blocks)
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
                        let rows = w.scales + (column &+ half &* 8) &* stride + (block &+ b) &* 4
                        let (s0, s1, s2, s3) = loadColumns(rows, stride: stride)
                        let to = scales + (b &* Self.columns &+ half &* 8)
                        avx2_store_i32(to, s0)
                        avx2_store_i32(to + 16, s1)
                        avx2_store_i32(to + 32, s2)
                        avx2_store_i32(to + 48, s3)
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
            guard let packed = w.zero_points else {
                var index = 0
                while index < blocks &* Self.columns {
                    avx2_store_i32(zeroPoints + index, avx2_zero())
                    index = index &+ 8
                }
                return
            }
            let stride = w.zero_point_row_bytes
            let source = packed + column &* stride
            var b = 0
            if columns == Self.columns {
                while b &+ 8 <= blocks {
                    let first = source + (block &+ b) >> 1
                    var g0 = avx2_gather_i32(first, Int32(truncatingIfNeeded: stride))
                    var g1 = avx2_gather_i32(first + stride &* 8, Int32(truncatingIfNeeded: stride))
                    let end = b &+ 8
                    while b < end {
                        let to = zeroPoints + b &* Self.columns
                        avx2_store_i32(to, lessEight(avx2_and(g0, avx2_splat_i32(15))))
                        avx2_store_i32(to + 8, lessEight(avx2_and(g1, avx2_splat_i32(15))))
                        g0 = avx2_shift_right_i32(g0, 4)
                        g1 = avx2_shift_right_i32(g1, 4)
                        b = b &+ 1
                    }
                }
            }
            while b < blocks {
                let index = block &+ b
                var c = 0
                while c < Self.columns {
                    var point: Int32 = 8
                    if c < columns {
                        let byte = Int32(csimd_load_u8(source + c &* stride + index >> 1))
                        point = (byte &>> Int32(truncatingIfNeeded: (index & 1) &* 4)) & 15
                    }
                    zeroPoints[b &* Self.columns &+ c] = (point &- 8) & 0xFFFF
                    c = c &+ 1
                }
                b = b &+ 1
            }
        }

        @inline(__always)
        private func lessEight(_ points: i32x8) -> i32x8 {
            avx2_and(avx2_sub_i32(points, avx2_splat_i32(8)), avx2_splat_i32(0xFFFF))
        }

        @inline(__always)
        private func fillValues(
            _ w: CSIMDNBitsWeights, column: Int, _ columns: Int, block: Int, _ blocks: Int
        ) {
            let byteCount = blocks &* w.block_size >> 1
            var source = w.values + column &* w.value_row_bytes + block &* w.block_size >> 1
            var stride = w.value_row_bytes
            if columns < Self.columns || byteCount & 15 != 0 {
                var offset = 0
                while offset < 4_096 {
                    avx2_store_i32(staging + offset, avx2_zero())
                    offset = offset &+ 32
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
                var line = values + half &* 32
                var rows = source + half &* 8 &* stride
                var offset = 0
                while offset < byteCount {
                    let (v0, v1, v2, v3) = loadColumns(rows, stride: stride)
                    store(line, v0)
                    store(line + 128, v1)
                    store(line + 256, v2)
                    store(line + 384, v3)
                    line += 512
                    rows += 16
                    offset = offset &+ 16
                }
                half = half &+ 1
            }
        }

        @inline(__always)
        private func store(_ line: UnsafeMutableRawPointer, _ packed: i32x8) {
            let mask = avx2_splat_i32(0x0F0F_0F0F)
            avx2_store_i32(line, avx2_and(packed, mask))
            avx2_store_i32(line + 64, avx2_and(avx2_shift_right_4(packed), mask))
        }
    }
#endif
