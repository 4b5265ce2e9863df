/// Kernels on rows of floats, the same source for every instruction set: each kernel target compiles this
/// folder with its own `Vector`.
///
/// Inputs and outputs may be the same memory unless said otherwise; none need be aligned.
package enum RowKernels {}

extension RowKernels {
    /// `e^(x + rest)`, a unit or two in the last place; 0 below -104, infinite above 89.
    ///
    /// - Parameter rest: a small part of the exponent that `x` has no room for.
    @inline(__always)
    static func exp(_ x: Vector.Lanes, rest: Vector.Lanes? = nil) -> Vector.Lanes {
        let x = Vector.min(Vector.splat(89), Vector.max(Vector.splat(-104), x))
        // x = n ln 2 + r; the first part of ln 2 is short, so that n times it is exact.
        let n = Vector.round(Vector.mul(x, Vector.splat(1.442_695_04)))
        var r = Vector.fma(n, Vector.splat(-0.693_359_375), x)
        r = Vector.fma(n, Vector.splat(2.121_944_4e-4), r)
        if let rest { r = Vector.add(r, rest) }
        // e^r = 1 + r + r² p(r); minimax on |r| <= ln 2 / 2 with a relative error of 3.4e-9.
        var p = Vector.splat(0.001_395_171_997)
        p = Vector.fma(p, r, Vector.splat(0.008_369_598_2))
        p = Vector.fma(p, r, Vector.splat(0.041_666_187_24))
        p = Vector.fma(p, r, Vector.splat(0.166_665_128_9))
        p = Vector.fma(p, r, Vector.splat(0.500_000_010_1))
        p = Vector.fma(p, Vector.mul(r, r), r)
        return Vector.scale(Vector.add(p, Vector.splat(1)), n)
    }

    /// `e^(x²) erfc(x)` for 0 <= x <= 10.6.
    @inline(__always)
    static func scaledComplementaryError(_ x: Vector.Lanes) -> Vector.Lanes {
        // p(q) / (x + 3) with q = (x - 3) / (x + 3); minimax with a relative error of 2.2e-9.
        let three = Vector.splat(3)
        let reciprocal = Vector.div(Vector.splat(1), Vector.add(x, three))
        let q = Vector.mul(Vector.sub(x, three), reciprocal)
        var p = Vector.splat(-3.253_338_03e-4)
        p = Vector.fma(p, q, Vector.splat(-4.831_773_936e-4))
        p = Vector.fma(p, q, Vector.splat(0.003_080_328_435))
        p = Vector.fma(p, q, Vector.splat(-0.001_226_430_303))
        p = Vector.fma(p, q, Vector.splat(-0.026_839_826_56))
        p = Vector.fma(p, q, Vector.splat(0.119_529_068_3))
        p = Vector.fma(p, q, Vector.splat(-0.310_466_008_4))
        p = Vector.fma(p, q, Vector.splat(0.590_228_298_5))
        p = Vector.fma(p, q, Vector.splat(-0.883_394_486_4))
        p = Vector.fma(p, q, Vector.splat(1.074_006_908))
        return Vector.mul(p, reciprocal)
    }

    /// `1 / (1 + e^-x)`.
    @inline(__always)
    static func sigmoid(_ x: Vector.Lanes) -> Vector.Lanes {
        let one = Vector.splat(1)
        return Vector.div(one, Vector.add(one, exp(Vector.sub(Vector.splat(0), x))))
    }

    /// `x / (1 + e^-x)`.
    @inline(__always)
    static func silu(_ x: Vector.Lanes) -> Vector.Lanes {
        Vector.div(x, Vector.add(Vector.splat(1), exp(Vector.sub(Vector.splat(0), x))))
    }

    /// `x (1 + erf(x / √2)) / 2`, without cancellation where x is negative.
    @inline(__always)
    static func gelu(_ x: Vector.Lanes) -> Vector.Lanes {
        // With Q the upper tail of the normal distribution, max(x, 0) - |x| Q(|x|); Q(15) is 0 in float32.
        let a = Vector.min(Vector.splat(15), Vector.abs(x))
        let head = Vector.head(a)
        let half = Vector.splat(-0.5)
        let exponent = Vector.mul(half, Vector.mul(head, head))
        let rest = Vector.mul(half, Vector.mul(Vector.sub(a, head), Vector.add(a, head)))
        let tail = Vector.mul(
            Vector.mul(exp(exponent, rest: rest), Vector.splat(0.5)),
            scaledComplementaryError(Vector.mul(a, Vector.splat(0.707_106_781))))
        return Vector.sub(Vector.max(Vector.splat(0), x), Vector.mul(a, tail))
    }

    /// The error function.
    @inline(__always)
    static func erf(_ x: Vector.Lanes) -> Vector.Lanes {
        // Up to 1: x p(x²), minimax with a relative error of 1.3e-9.
        let s = Vector.mul(x, x)
        var p = Vector.splat(7.853_861_089e-5)
        p = Vector.fma(p, s, Vector.splat(-8.010_193_534e-4))
        p = Vector.fma(p, s, Vector.splat(0.005_188_327_674))
        p = Vector.fma(p, s, Vector.splat(-0.026_853_811_93))
        p = Vector.fma(p, s, Vector.splat(0.112_835_851_5))
        p = Vector.fma(p, s, Vector.splat(-0.376_126_258_2))
        // 2 / √π - 1, so that the greater part is added exactly.
        p = Vector.fma(p, s, Vector.splat(0.128_379_166))
        let small = Vector.fma(p, x, x)
        // Above: 1 - e^(-x²) times the scaled rest.
        let a = Vector.min(Vector.splat(10), Vector.abs(x))
        let head = Vector.head(a)
        let minus = Vector.splat(-1)
        let exponent = Vector.mul(minus, Vector.mul(head, head))
        let rest = Vector.mul(minus, Vector.mul(Vector.sub(a, head), Vector.add(a, head)))
        let tail = Vector.mul(exp(exponent, rest: rest), scaledComplementaryError(a))
        let large = Vector.sub(Vector.splat(1), tail)
        let signed = Vector.selectLess(x, Vector.splat(0), Vector.sub(Vector.splat(0), large), large)
        return Vector.selectLess(a, Vector.splat(1), small, signed)
    }
}
