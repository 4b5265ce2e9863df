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

/// e to the power of each lane, less 1, without cancellation near 0.
@inline(__always)
func expMinusOne(_ x: FloatVector) -> FloatVector {
    let lowest = FloatVector(repeating: -17.5)
    let highest = FloatVector(repeating: 88)
    var clamped = x
    clamped.replace(with: lowest, where: x .< lowest)
    clamped.replace(with: highest, where: x .> highest)
    let shift = FloatVector(repeating: 12_582_912)
    let shifted = clamped * 1.442_695_04 + shift
    let n = shifted - shift
    let r = (clamped - n * 0.693_359_375) + n * 2.121_944_4e-4
    var p = r * 1.987_569_15e-4 + 1.398_199_9e-3
    p = p * r + 8.333_451_9e-3
    p = p * r + 4.166_579_6e-2
    p = p * r + 1.666_666_55e-1
    p = p * r + 0.5
    p = p * (r * r) + r
    let scale = powerOfTwo(bits(shifted) &- bits(shift))
    var result = p * scale + (scale - 1)
    result.replace(with: exp(x) - 1, where: x .> highest)
    return result
}

/// The logistic function 1 / (1 + e^−x).
@inline(__always)
func sigmoid(_ x: FloatVector) -> FloatVector { 1 / (1 + exp(-x)) }

/// Hyperbolic tangent, within 2 ulp.
@inline(__always)
func tanh(_ x: FloatVector) -> FloatVector {
    let magnitude = absolute(x)
    let square = x * x
    // Cephes' polynomial where 1 − 2 / (e^2x + 1) would cancel.
    var p = square * -5.704_988_73e-3 + 2.063_908_88e-2
    p = p * square - 5.373_971_55e-2
    p = p * square + 1.333_144_22e-1
    p = p * square - 3.333_328_14e-1
    let small = p * square * x + x
    let large = copySign(of: x, to: 1 - 2 / (exp(magnitude * 2) + 1))
    return small.replacing(with: large, where: magnitude .> 0.625)
}

@inline(__always)
func absolute(_ x: FloatVector) -> FloatVector {
    unsafeBitCast(bits(x) & 0x7FFF_FFFF, to: FloatVector.self)
}

@inline(__always)
private func copySign(of sign: FloatVector, to magnitude: FloatVector) -> FloatVector {
    unsafeBitCast(bits(magnitude) | (bits(sign) & .min), to: FloatVector.self)
}
