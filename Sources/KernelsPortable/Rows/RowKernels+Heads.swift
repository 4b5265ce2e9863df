internal import CSIMD

extension RowKernels {
    /// Packs a row: `count` integers of 16 bits, `round(x / scale)` with `scale = max |x| / 32767`, then the
    /// scale. It is no number if one of the row is infinite or none.
    @inline(never)
    package static func packRow(
        _ input: UnsafePointer<Float>, _ output: UnsafeMutableRawPointer, count: Int
    ) {
        let zero = Vector.splat(0)
        var largest = zero
        var check = zero
        var i = 0
        while i < count {
            let lanes = Vector.loadFirst(input + i, left(count, i), fill: zero)
            largest = Vector.max(Vector.abs(lanes), largest)
            check = Vector.fma(lanes, zero, check)
            i = i &+ Vector.count
        }
        let isFinite = Vector.sum(check) == 0
        let magnitude = Vector.largest(largest)
        // Of rows of the smallest numbers the factor would be infinite.
        let isTiny = magnitude < 0x1p-100
        let factor = Vector.splat(isFinite && !isTiny ? 32_767 / magnitude : 0)
        i = 0
        while i < count {
            let left = left(count, i)
            let lanes = isFinite ? Vector.loadFirst(input + i, left, fill: zero) : zero
            Vector.storeFirstShorts(output + i &* 2, Vector.round(Vector.mul(lanes, factor)), left)
            i = i &+ Vector.count
        }
        csimd_store_f32(output + count &* 2, isFinite ? magnitude / 32_767 : .nan)
    }

    /// Rotary position embedding of one head of `2 * half` numbers, halves split:
    /// `y[i] = x[i] cos[i] - x[i + half] sin[i]`, `y[i + half] = x[i + half] cos[i] + x[i] sin[i]`.
    @inline(never)
    package static func rotate(
        _ input: UnsafePointer<Float>, cos: UnsafePointer<Float>, sin: UnsafePointer<Float>,
        _ output: UnsafeMutablePointer<Float>, half: Int
    ) {
        let zero = Vector.splat(0)
        var i = 0
        while i < half {
            let left = left(half, i)
            let low = Vector.loadFirst(input + i, left, fill: zero)
            let high = Vector.loadFirst(input + (half &+ i), left, fill: zero)
            let c = Vector.loadFirst(cos + i, left, fill: zero)
            let s = Vector.loadFirst(sin + i, left, fill: zero)
            Vector.storeFirst(output + i, Vector.sub(Vector.mul(low, c), Vector.mul(high, s)), left)
            let sum = Vector.add(Vector.mul(high, c), Vector.mul(low, s))
            Vector.storeFirst(output + (half &+ i), sum, left)
            i = i &+ Vector.count
        }
    }
}
