internal import CSIMD

// Loops that do nothing but what a machine is limited by, to measure the limits.
extension RowKernels {
    /// Multiply-adds of a round of ``multiplyAdds(rounds:factor:addend:)``.
    package static var multiplyAddsPerRound: Int { 12 * Vector.count }

    /// `x = x · factor + addend` in as many registers as hide the latency.
    ///
    /// - Returns: a number that depends on all of them.
    @inline(never)
    package static func multiplyAdds(rounds: Int, factor: Float, addend: Float) -> Float {
        let (m, a) = (Vector.splat(factor), Vector.splat(addend))
        // Different numbers: what is computed twice of equal ones the compiler computes once.
        var (x0, x1, x2) = (Vector.splat(addend + 1), Vector.splat(addend + 2), Vector.splat(addend + 3))
        var (x3, x4, x5) = (Vector.splat(addend + 4), Vector.splat(addend + 5), Vector.splat(addend + 6))
        var (x6, x7, x8) = (Vector.splat(addend + 7), Vector.splat(addend + 8), Vector.splat(addend + 9))
        var (x9, x10, x11) = (Vector.splat(addend + 10), Vector.splat(addend + 11), Vector.splat(addend + 12))
        var round = 0
        while round < rounds {
            x0 = Vector.fma(x0, m, a)
            x1 = Vector.fma(x1, m, a)
            x2 = Vector.fma(x2, m, a)
            x3 = Vector.fma(x3, m, a)
            x4 = Vector.fma(x4, m, a)
            x5 = Vector.fma(x5, m, a)
            x6 = Vector.fma(x6, m, a)
            x7 = Vector.fma(x7, m, a)
            x8 = Vector.fma(x8, m, a)
            x9 = Vector.fma(x9, m, a)
            x10 = Vector.fma(x10, m, a)
            x11 = Vector.fma(x11, m, a)
            round = round &+ 1
        }
        let sum = Vector.add(
            Vector.add(Vector.add(x0, x1), Vector.add(x2, x3)),
            Vector.add(Vector.add(x4, x5), Vector.add(x6, x7)))
        return Vector.sum(Vector.add(sum, Vector.add(Vector.add(x8, x9), Vector.add(x10, x11))))
    }

    /// Reads memory in order and as fast as it comes.
    ///
    /// - Parameter count: a multiple of 64.
    /// - Returns: the sum.
    @inline(never)
    package static func sum(_ values: UnsafePointer<Float>, _ count: Int) -> Float {
        let zero = Vector.splat(0)
        var (s0, s1, s2, s3) = (zero, zero, zero, zero)
        var line = 0
        while line < count {
            var ahead = 0
            while ahead < 64 {
                csimd_prefetch_l2(values + (line &+ ahead &+ 1_024))
                ahead = ahead &+ 16
            }
            var index = line
            while index < line &+ 64 {
                s0 = Vector.add(s0, Vector.load(values + index))
                s1 = Vector.add(s1, Vector.load(values + (index &+ Vector.count)))
                s2 = Vector.add(s2, Vector.load(values + (index &+ 2 &* Vector.count)))
                s3 = Vector.add(s3, Vector.load(values + (index &+ 3 &* Vector.count)))
                index = index &+ 4 &* Vector.count
            }
            line = line &+ 64
        }
        return Vector.sum(Vector.add(Vector.add(s0, s1), Vector.add(s2, s3)))
    }
}
