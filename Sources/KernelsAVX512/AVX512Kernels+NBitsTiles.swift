#if arch(x86_64)
    internal import CSIMD

    // Tiles are four vectors wide, which takes few loads per product. How many rows are best depends on the processor.
    extension AVX512Kernels {
        /// Rows of a tile that has all registers for the sums of a block, and those of all blocks in memory.
        static var tallTileRows: Int { 6 }

        /// Rows of a tile whose sums all fit the registers.
        static var shortTileRows: Int { 3 }

        /// Adds the products of a panel's blocks to ``tallTileRows`` rows × 64 columns of sums; rows that there are
        /// not repeat the last one. `sums` are the tile's.
        @inline(never)
        static func addTallTile(
            _ panel: NBitsPanel, _ a: CSIMDQuantizedRows, blockSize: Int, row: Int, block: Int,
            _ blocks: Int, _ sums: UnsafeMutablePointer<Float>
        ) {
            // A constant block size gives the loops constant lengths.
            switch blockSize {
            case 16: addTallTile(panel, a, constant: 16, row: row, block: block, blocks, sums)
            case 32: addTallTile(panel, a, constant: 32, row: row, block: block, blocks, sums)
            case 64: addTallTile(panel, a, constant: 64, row: row, block: block, blocks, sums)
            case 128: addTallTile(panel, a, constant: 128, row: row, block: block, blocks, sums)
            default: addTallTile(panel, a, constant: 256, row: row, block: block, blocks, sums)
            }
        }

        @inline(__always)
        private static func addTallTile(
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

        /// ``addTallTile(_:_:blockSize:row:block:_:_:)`` for ``shortTileRows`` rows.
        @inline(never)
        static func addShortTile(
            _ panel: NBitsPanel, _ a: CSIMDQuantizedRows, blockSize: Int, row: Int, block: Int,
            _ blocks: Int, _ sums: UnsafeMutablePointer<Float>
        ) {
            switch blockSize {
            case 16: addShortTile(panel, a, constant: 16, row: row, block: block, blocks, sums)
            case 32: addShortTile(panel, a, constant: 32, row: row, block: block, blocks, sums)
            case 64: addShortTile(panel, a, constant: 64, row: row, block: block, blocks, sums)
            case 128: addShortTile(panel, a, constant: 128, row: row, block: block, blocks, sums)
            default: addShortTile(panel, a, constant: 256, row: row, block: block, blocks, sums)
            }
        }

        @inline(__always)
        private static func addShortTile(
            _ panel: NBitsPanel, _ a: CSIMDQuantizedRows, constant blockSize: Int, row: Int, block: Int,
            _ blocks: Int, _ sums: UnsafeMutablePointer<Float>
        ) {
            let row0 = TileRow(a, row)
            let row1 = TileRow(a, row &+ 1)
            let row2 = TileRow(a, row &+ 2)
            var f00 = avx512_load_f32(sums)
            var f01 = avx512_load_f32(sums + 16)
            var f02 = avx512_load_f32(sums + 32)
            var f03 = avx512_load_f32(sums + 48)
            var f10 = avx512_load_f32(sums + 64)
            var f11 = avx512_load_f32(sums + 80)
            var f12 = avx512_load_f32(sums + 96)
            var f13 = avx512_load_f32(sums + 112)
            var f20 = avx512_load_f32(sums + 128)
            var f21 = avx512_load_f32(sums + 144)
            var f22 = avx512_load_f32(sums + 160)
            var f23 = avx512_load_f32(sums + 176)
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
                var i00 = c0, i10 = c0, i20 = c0
                var i01 = c1, i11 = c1, i21 = c1
                var i02 = c2, i12 = c2, i22 = c2
                var i03 = c3, i13 = c3, i23 = c3
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
                        line += 256
                        k = k &+ 4
                    }
                    k = k &+ 64 &- runBytes
                    half = half &+ 1
                }
                let scales = panel.scales + index &* NBitsPanel.columns
                let s0 = avx512_load_f32(scales)
                let s1 = avx512_load_f32(scales + 16)
                let s2 = avx512_load_f32(scales + 32)
                let s3 = avx512_load_f32(scales + 48)
                row0.addScaled(i00, i01, i02, i03, s0, s1, s2, s3, block &+ index, &f00, &f01, &f02, &f03)
                row1.addScaled(i10, i11, i12, i13, s0, s1, s2, s3, block &+ index, &f10, &f11, &f12, &f13)
                row2.addScaled(i20, i21, i22, i23, s0, s1, s2, s3, block &+ index, &f20, &f21, &f22, &f23)
                index = index &+ 1
            }
            avx512_store_f32(sums, f00)
            avx512_store_f32(sums + 16, f01)
            avx512_store_f32(sums + 32, f02)
            avx512_store_f32(sums + 48, f03)
            avx512_store_f32(sums + 64, f10)
            avx512_store_f32(sums + 80, f11)
            avx512_store_f32(sums + 96, f12)
            avx512_store_f32(sums + 112, f13)
            avx512_store_f32(sums + 128, f20)
            avx512_store_f32(sums + 144, f21)
            avx512_store_f32(sums + 160, f22)
            avx512_store_f32(sums + 176, f23)
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

        /// Ends a block of a row whose sums are in registers.
        @inline(__always)
        func addScaled(
            _ i0: i32x16, _ i1: i32x16, _ i2: i32x16, _ i3: i32x16,
            _ s0: f32x16, _ s1: f32x16, _ s2: f32x16, _ s3: f32x16, _ block: Int,
            _ f0: inout f32x16, _ f1: inout f32x16, _ f2: inout f32x16, _ f3: inout f32x16
        ) {
            let scale = avx512_splat_f32(scales[block])
            f0 = avx512_fma(avx512_mul(avx512_to_f32(i0), s0), scale, f0)
            f1 = avx512_fma(avx512_mul(avx512_to_f32(i1), s1), scale, f1)
            f2 = avx512_fma(avx512_mul(avx512_to_f32(i2), s2), scale, f2)
            f3 = avx512_fma(avx512_mul(avx512_to_f32(i3), s3), scale, f3)
        }

        /// Ends a block of a row whose sums stay in memory because the registers are taken.
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
