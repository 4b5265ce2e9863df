internal import CSIMD

extension PortableKernels {
    /// `Σ a[k] * b[k]`.
    @inline(never)
    package static func dot(_ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>, count: Int) -> Float {
        // Four chains of additions, so that they do not wait for each other.
        var s0 = f32x4.zero
        var s1 = f32x4.zero
        var s2 = f32x4.zero
        var s3 = f32x4.zero
        var k = 0
        while k + 16 <= count {
            s0 += csimd_load_f32x4(a + k) * csimd_load_f32x4(b + k)
            s1 += csimd_load_f32x4(a + k + 4) * csimd_load_f32x4(b + k + 4)
            s2 += csimd_load_f32x4(a + k + 8) * csimd_load_f32x4(b + k + 8)
            s3 += csimd_load_f32x4(a + k + 12) * csimd_load_f32x4(b + k + 12)
            k += 16
        }
        let lanes = (s0 + s1) + (s2 + s3)
        var sum = (lanes.x + lanes.y) + (lanes.z + lanes.w)
        while k < count {
            sum += a[k] * b[k]
            k += 1
        }
        return sum
    }
}
