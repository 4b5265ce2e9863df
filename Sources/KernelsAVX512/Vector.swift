#if arch(x86_64)
    internal import CSIMD

    /// The instruction set's vectors of floats under names that all kernel targets share, for the sources that
    /// they share (`RowKernels`).
    enum Vector {
        typealias Lanes = f32x16

        @inline(__always) static var count: Int { 16 }

        /// Rows of a product's tile: no more than lanes, and their sums, two vectors each, fit the registers.
        @inline(__always) static var tileRows: Int { 14 }

        // MARK: Memory

        @inline(__always) static func load(_ p: UnsafePointer<Float>) -> Lanes { avx512_load_f32(p) }

        @inline(__always) static func store(_ p: UnsafeMutablePointer<Float>, _ v: Lanes) {
            avx512_store_f32(p, v)
        }

        /// Writes past the caches, to a multiple of the vector's size; see `csimd_finish_streams`.
        @inline(__always) static func stream(_ p: UnsafeMutablePointer<Float>, _ v: Lanes) {
            avx512_stream_f32(p, v)
        }

        /// The first `count` lanes (up to all), and `fill` in the others.
        @inline(__always)
        static func loadFirst(_ p: UnsafePointer<Float>, _ count: Int, fill: Lanes) -> Lanes {
            avx512_load_first_or(p, count, fill)
        }

        /// Writes the first `count` lanes (up to all).
        @inline(__always) static func storeFirst(_ p: UnsafeMutablePointer<Float>, _ v: Lanes, _ count: Int) {
            avx512_store_first_f32(p, v, count)
        }

        /// As many 16-bit integers as a vector has lanes.
        @inline(__always) static func loadShorts(_ p: UnsafeRawPointer) -> Lanes { avx512_load_shorts(p) }

        /// The first `count` of them, zeros in the other lanes.
        @inline(__always)
        static func loadFirstShorts(_ p: UnsafeRawPointer, _ count: Int) -> Lanes {
            avx512_load_first_shorts(p, count)
        }

        /// Writes the first `count` lanes (up to all), integers, in 16 bits.
        @inline(__always)
        static func storeFirstShorts(_ p: UnsafeMutableRawPointer, _ v: Lanes, _ count: Int) {
            avx512_store_first_shorts(p, v, count)
        }

        /// `count` lanes (at least one) from every other float, zeros in the others; reads no further.
        @inline(__always) static func loadEven(_ p: UnsafePointer<Float>, _ count: Int) -> Lanes {
            avx512_load_even_f32(p, count)
        }

        /// Lanes `first..<end` from as many places, zeros in the others; reads no others.
        @inline(__always)
        static func loadRange(_ p: UnsafePointer<Float>, _ first: Int, _ end: Int) -> Lanes {
            avx512_load_range_f32(p, first, end)
        }

        /// Four columns of as many rows as a vector has lanes, each column one vector.
        ///
        /// - Parameter stride: bytes between the rows.
        @inline(__always)
        static func columns(_ start: UnsafeRawPointer, stride: Int) -> (Lanes, Lanes, Lanes, Lanes) {
            let (c0, c1, c2, c3) = loadColumns(start, stride: stride)
            return (avx512_cast_f32(c0), avx512_cast_f32(c1), avx512_cast_f32(c2), avx512_cast_f32(c3))
        }

        // MARK: Lane by lane

        @inline(__always) static func splat(_ x: Float) -> Lanes { avx512_splat_f32(x) }
        @inline(__always) static func add(_ a: Lanes, _ b: Lanes) -> Lanes { avx512_add(a, b) }
        @inline(__always) static func sub(_ a: Lanes, _ b: Lanes) -> Lanes { avx512_sub(a, b) }
        @inline(__always) static func mul(_ a: Lanes, _ b: Lanes) -> Lanes { avx512_mul(a, b) }
        @inline(__always) static func div(_ a: Lanes, _ b: Lanes) -> Lanes { avx512_div(a, b) }

        /// `a * b + c`, rounded once where the instruction set can.
        @inline(__always) static func fma(_ a: Lanes, _ b: Lanes, _ c: Lanes) -> Lanes { avx512_fma(a, b, c) }

        /// The larger; `b` if either is NaN.
        @inline(__always) static func max(_ a: Lanes, _ b: Lanes) -> Lanes { avx512_max(a, b) }

        /// The smaller; `b` if either is NaN.
        @inline(__always) static func min(_ a: Lanes, _ b: Lanes) -> Lanes { avx512_min(a, b) }

        @inline(__always) static func abs(_ v: Lanes) -> Lanes { avx512_abs(v) }

        /// To the nearest integer, ties to even.
        @inline(__always) static func round(_ v: Lanes) -> Lanes {
            avx512_round(v)
        }

        /// `v * 2^exponent`, the exponent an integer in -152...152.
        @inline(__always) static func scale(_ v: Lanes, _ exponent: Lanes) -> Lanes {
            avx512_scale_by_power(v, exponent)
        }

        /// Without the lower 12 bits of the significand: the square of the rest is exact.
        @inline(__always) static func head(_ v: Lanes) -> Lanes {
            avx512_cast_f32(avx512_and(avx512_cast_i32(v), avx512_splat_i32(-4096)))
        }

        /// `less` where a < b, else `other`.
        @inline(__always)
        static func selectLess(_ a: Lanes, _ b: Lanes, _ less: Lanes, _ other: Lanes) -> Lanes {
            avx512_select_less(a, b, less, other)
        }

        /// Zeros but in the first `count` lanes.
        @inline(__always) static func first(_ v: Lanes, _ count: Int) -> Lanes { avx512_first_f32(v, count) }

        // MARK: Across lanes

        /// The even lanes of a, then those of b.
        @inline(__always) static func even(_ a: Lanes, _ b: Lanes) -> Lanes { avx512_even(a, b) }

        /// The odd lanes of a, then those of b.
        @inline(__always) static func odd(_ a: Lanes, _ b: Lanes) -> Lanes { avx512_odd(a, b) }

        /// The lower halves of a and b, lane by lane in turn.
        @inline(__always) static func zipLow(_ a: Lanes, _ b: Lanes) -> Lanes { avx512_zip_low(a, b) }

        /// The upper halves of a and b, lane by lane in turn.
        @inline(__always) static func zipHigh(_ a: Lanes, _ b: Lanes) -> Lanes { avx512_zip_high(a, b) }

        /// Each lane from the one above it, the last one from the first.
        @inline(__always) static func rotateDown(_ v: Lanes) -> Lanes { avx512_rotate_down(v) }

        /// Writes the sums of four vectors' lanes.
        @inline(__always)
        static func storeSums(
            _ p: UnsafeMutablePointer<Float>, _ a: Lanes, _ b: Lanes, _ c: Lanes, _ d: Lanes
        ) {
            avx512_store_sums(p, a, b, c, d)
        }

        @inline(__always) static func sum(_ v: Lanes) -> Float { avx512_sum(v) }
        @inline(__always) static func largest(_ v: Lanes) -> Float { avx512_largest(v) }
    }
#endif
