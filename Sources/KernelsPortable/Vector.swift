internal import CSIMD

/// The instruction set's vectors of floats under names that all kernel targets share, for the sources that
/// they share (`RowKernels`).
enum Vector {
    typealias Lanes = f32x4

    @inline(__always) static var count: Int { 4 }

    /// Rows of a product's tile: no more than lanes, and their sums, two vectors each, fit the registers.
    @inline(__always) static var tileRows: Int { 4 }

    // MARK: Memory

    @inline(__always) static func load(_ p: UnsafePointer<Float>) -> Lanes { csimd_load_f32x4(p) }

    @inline(__always) static func store(_ p: UnsafeMutablePointer<Float>, _ v: Lanes) {
        csimd_store_f32x4(p, v)
    }

    /// ``store(_:_:)``, where other instruction sets write past the caches.
    @inline(__always) static func stream(_ p: UnsafeMutablePointer<Float>, _ v: Lanes) {
        csimd_store_f32x4(p, v)
    }

    /// The first `count` lanes (up to all), and `fill` in the others.
    @inline(__always)
    static func loadFirst(_ p: UnsafePointer<Float>, _ count: Int, fill: Lanes) -> Lanes {
        csimd_load_first_f32x4(p, count, fill)
    }

    /// Writes the first `count` lanes (up to all).
    @inline(__always) static func storeFirst(_ p: UnsafeMutablePointer<Float>, _ v: Lanes, _ count: Int) {
        csimd_store_first_f32x4(p, v, count)
    }

    /// As many 16-bit integers as a vector has lanes.
    @inline(__always) static func loadShorts(_ p: UnsafeRawPointer) -> Lanes {
        csimd_load_first_shorts_f32x4(p, 4)
    }

    /// The first `count` of them, zeros in the other lanes.
    @inline(__always)
    static func loadFirstShorts(_ p: UnsafeRawPointer, _ count: Int) -> Lanes {
        csimd_load_first_shorts_f32x4(p, count)
    }

    /// Writes the first `count` lanes (up to all), integers, in 16 bits.
    @inline(__always)
    static func storeFirstShorts(_ p: UnsafeMutableRawPointer, _ v: Lanes, _ count: Int) {
        csimd_store_first_shorts_f32x4(p, v, count)
    }

    /// `count` lanes (at least one) from every other float, zeros in the others; reads no further.
    @inline(__always) static func loadEven(_ p: UnsafePointer<Float>, _ count: Int) -> Lanes {
        csimd_load_even_f32x4(p, count)
    }

    /// Lanes `first..<end` from as many places, zeros in the others; reads no others.
    @inline(__always)
    static func loadRange(_ p: UnsafePointer<Float>, _ first: Int, _ end: Int) -> Lanes {
        csimd_load_range_f32x4(p, first, end)
    }

    /// Four columns of as many rows as a vector has lanes, each column one vector.
    ///
    /// - Parameter stride: bytes between the rows.
    @inline(__always)
    static func columns(_ start: UnsafeRawPointer, stride: Int) -> (Lanes, Lanes, Lanes, Lanes) {
        (
            csimd_column_f32x4(start, stride), csimd_column_f32x4(start + 4, stride),
            csimd_column_f32x4(start + 8, stride), csimd_column_f32x4(start + 12, stride)
        )
    }

    // MARK: Lane by lane

    @inline(__always) static func splat(_ x: Float) -> Lanes { csimd_splat_f32x4(x) }
    @inline(__always) static func add(_ a: Lanes, _ b: Lanes) -> Lanes { a + b }
    @inline(__always) static func sub(_ a: Lanes, _ b: Lanes) -> Lanes { a - b }
    @inline(__always) static func mul(_ a: Lanes, _ b: Lanes) -> Lanes { a * b }
    @inline(__always) static func div(_ a: Lanes, _ b: Lanes) -> Lanes { a / b }

    /// `a * b + c`, rounded once where the instruction set can.
    @inline(__always) static func fma(_ a: Lanes, _ b: Lanes, _ c: Lanes) -> Lanes { a * b + c }

    /// The larger; `b` if either is NaN.
    @inline(__always) static func max(_ a: Lanes, _ b: Lanes) -> Lanes { csimd_max_f32x4(a, b) }

    /// The smaller; `b` if either is NaN.
    @inline(__always) static func min(_ a: Lanes, _ b: Lanes) -> Lanes { csimd_min_f32x4(a, b) }

    @inline(__always) static func abs(_ v: Lanes) -> Lanes { csimd_abs_f32x4(v) }

    /// To the nearest integer, ties to even.
    @inline(__always) static func round(_ v: Lanes) -> Lanes {
        // Beyond 2^22 that would be wrong; exponents are small.
        let shift = splat(12_582_912)
        return (v + shift) - shift
    }

    /// `v * 2^exponent`, the exponent an integer in -152...152.
    @inline(__always) static func scale(_ v: Lanes, _ exponent: Lanes) -> Lanes {
        // 2^n from its bits; in two steps, so that results may be denormal or infinite.
        let half = round(mul(exponent, splat(0.5)))
        return mul(mul(v, power(half)), power(sub(exponent, half)))
    }

    /// 2^exponent, for integers in -126...127: added to 1.5 * 2^23 + 127 they stand in the low bits.
    @inline(__always) private static func power(_ exponent: Lanes) -> Lanes {
        csimd_from_bits_f32x4(
            csimd_shift_left_i32x4(csimd_bits_f32x4(add(exponent, splat(12_583_039))), 23))
    }

    /// Without the lower 12 bits of the significand: the square of the rest is exact.
    @inline(__always) static func head(_ v: Lanes) -> Lanes {
        csimd_from_bits_f32x4(csimd_bits_f32x4(v) & -4096)
    }

    /// `less` where a < b, else `other`.
    @inline(__always)
    static func selectLess(_ a: Lanes, _ b: Lanes, _ less: Lanes, _ other: Lanes) -> Lanes {
        csimd_select_less_f32x4(a, b, less, other)
    }

    /// Zeros but in the first `count` lanes.
    @inline(__always) static func first(_ v: Lanes, _ count: Int) -> Lanes { csimd_first_f32x4(v, count) }

    // MARK: Across lanes

    /// The even lanes of a, then those of b.
    @inline(__always) static func even(_ a: Lanes, _ b: Lanes) -> Lanes { Lanes(a.x, a.z, b.x, b.z) }

    /// The odd lanes of a, then those of b.
    @inline(__always) static func odd(_ a: Lanes, _ b: Lanes) -> Lanes { Lanes(a.y, a.w, b.y, b.w) }

    /// The lower halves of a and b, lane by lane in turn.
    @inline(__always) static func zipLow(_ a: Lanes, _ b: Lanes) -> Lanes { Lanes(a.x, b.x, a.y, b.y) }

    /// The upper halves of a and b, lane by lane in turn.
    @inline(__always) static func zipHigh(_ a: Lanes, _ b: Lanes) -> Lanes { Lanes(a.z, b.z, a.w, b.w) }

    /// Each lane from the one above it, the last one from the first.
    @inline(__always) static func rotateDown(_ v: Lanes) -> Lanes { Lanes(v.y, v.z, v.w, v.x) }

    /// Writes the sums of four vectors' lanes.
    @inline(__always)
    static func storeSums(
        _ p: UnsafeMutablePointer<Float>, _ a: Lanes, _ b: Lanes, _ c: Lanes, _ d: Lanes
    ) {
        p[0] = sum(a)
        p[1] = sum(b)
        p[2] = sum(c)
        p[3] = sum(d)
    }

    @inline(__always) static func sum(_ v: Lanes) -> Float { (v.x + v.y) + (v.z + v.w) }
    @inline(__always) static func largest(_ v: Lanes) -> Float {
        Swift.max(Swift.max(v.x, v.y), Swift.max(v.z, v.w))
    }
}
