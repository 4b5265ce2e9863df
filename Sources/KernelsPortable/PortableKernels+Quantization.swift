internal import CSIMD

extension PortableKernels {
    /// Quantises one row to signed bytes: per block `scale = amax / 127` and
    /// `q = round(a * (127 / amax))`, ties to even; all 0 if a block is 0 or too small for `127 / amax`.
    ///
    /// Biased values have 128 added. The padding after `count` must have been filled with zeros, or 128.
    @inline(never)
    package static func quantizeRow(
        _ source: UnsafePointer<Float>, count: Int, blockSize: Int, interleaved: Bool, biased: Bool,
        values: UnsafeMutablePointer<Int8>, scales: UnsafeMutablePointer<Float>,
        negatedSums: UnsafeMutablePointer<Int32>
    ) {
        var start = 0
        var block = 0
        while start < count {
            let end = min(start + blockSize, count)
            var largest: Float = 0
            for k in start..<end { largest = max(largest, abs(source[k])) }
            let inverse = 127 / largest
            let isZero = !inverse.isFinite
            var sum: Int32 = 0
            for k in start..<end {
                // Adding 1.5 * 2^23 leaves the rounded integer in the low bits, whatever the value.
                let shifted = (isZero ? 0 : source[k] * inverse) + 12_582_912
                let q = Int8(truncatingIfNeeded: shifted.bitPattern)
                sum += Int32(q)
                values[interleaved ? interleavedPosition(k) : k] = biased ? q ^ -128 : q
            }
            scales[block] = isZero ? 0 : largest / 127
            negatedSums[block] = -sum
            start = end
            block += 1
        }
    }

    /// Where value `k` of an interleaved row is.
    @inline(__always)
    static func interleavedPosition(_ k: Int) -> Int {
        (k & ~127) + ((k & 127) >> 1) + (k & 1) * 64
    }
}
