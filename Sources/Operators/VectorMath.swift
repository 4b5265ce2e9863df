/// e to the power of each lane, within 2 ulp; 0 below −87.3, infinity above 88.7, NaN of NaN.
@inline(__always)
func exp(_ x: FloatVector) -> FloatVector {
    let lowest = FloatVector(repeating: -87.33655)
    let highest = FloatVector(repeating: 88.72284)
    var clamped = x
    clamped.replace(with: lowest, where: x .< lowest)
    clamped.replace(with: highest, where: x .> highest)
    // x = n ln 2 + r. The baseline instruction set cannot round, but adding 1.5 · 2^23 leaves no bits for a
    // fraction, and n in the low bits. ln 2 is in two parts so that n times the first one is exact.
    let shift = FloatVector(repeating: 12_582_912)
    let shifted = clamped * 1.442_695_04 + shift
    let n = shifted - shift
    let r = (clamped - n * 0.693_359_375) + n * 2.121_944_4e-4
    // Cephes' polynomial for |r| ≤ ln 2 / 2.
    var p = r * 1.987_569_15e-4 + 1.398_199_9e-3
    p = p * r + 8.333_451_9e-3
    p = p * r + 4.166_579_6e-2
    p = p * r + 1.666_666_55e-1
    p = p * r + 0.5
    p = p * (r * r) + r + 1
    // 2^n in two factors: n may be 128, which is no exponent of a float.
    let whole = bits(shifted) &- bits(shift)
    let half = whole &>> 1
    var result = p * powerOfTwo(half) * powerOfTwo(whole &- half)
    result.replace(with: 0, where: x .< lowest)
    result.replace(with: .infinity, where: x .> highest)
    return result
}

@inline(__always)
private func bits(_ x: FloatVector) -> SIMD16<Int32> { unsafeBitCast(x, to: SIMD16<Int32>.self) }

/// For exponents of normal numbers.
@inline(__always)
private func powerOfTwo(_ exponent: SIMD16<Int32>) -> FloatVector {
    unsafeBitCast((exponent &+ 127) &<< 23, to: FloatVector.self)
}
