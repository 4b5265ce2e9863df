#if arch(x86_64)
    internal import CSIMD

    extension AVX2Kernels {
        /// Quantises one row to signed bytes: per block `scale = amax / 127` and
        /// `q = round(a * (127 / amax))`, ties to even; all 0 if a block is 0 or too small for `127 / amax`.
        ///
        /// The kernels here take no biased values. The padding after `count` must have been filled with zeros.
        @inline(never)
        package static func quantizeRow(
            _ source: UnsafePointer<Float>, count: Int, blockSize: Int, interleaved: Bool, biased: Bool,
            values: UnsafeMutablePointer<Int8>, scales: UnsafeMutablePointer<Float>,
            negatedSums: UnsafeMutablePointer<Int32>
        ) {
            var start = 0
            var block = 0
            while start < count {
                let end = min(start &+ blockSize, count)
                let inverse = avx2_splat_f32(inverseScale(source + start, end &- start, scales + block))
                var sum = avx2_zero()
                // Blocks are multiples of 16.
                while start < end {
                    let q0 = quantize(source + start, end &- start, inverse)
                    let q1 = quantize(source + (start &+ 8), end &- start &- 8, inverse)
                    sum = avx2_add_i32(sum, avx2_add_i32(q0, q1))
                    if interleaved {
                        let position = values + (start & ~127 &+ (start & 127) >> 1)
                        avx2_store_bytes_apart(position, position + 64, q0, q1)
                    } else {
                        avx2_store_low_bytes(values + start, q0)
                        avx2_store_low_bytes(values + (start &+ 8), q1)
                    }
                    start = start &+ 16
                }
                negatedSums[block] = 0 &- avx2_sum_i32(sum)
                block = block &+ 1
            }
        }

        /// `127 / amax`, or 0 where that is not finite; writes the scale.
        @inline(__always)
        private static func inverseScale(
            _ source: UnsafePointer<Float>, _ count: Int, _ scale: UnsafeMutablePointer<Float>
        ) -> Float {
            var largest = avx2_zero_f32()
            var k = 0
            while k < count {
                let lanes = avx2_load_first_f32(source + k, count &- k)
                largest = avx2_max(avx2_abs(lanes), largest)
                k = k &+ 8
            }
            let amax = avx2_largest(largest)
            let inverse = 127 / amax
            let isZero = !(inverse <= .greatestFiniteMagnitude)
            scale.pointee = isZero ? 0 : amax / 127
            return isZero ? 0 : inverse
        }

        @inline(__always)
        private static func quantize(_ source: UnsafePointer<Float>, _ left: Int, _ inverse: f32x8) -> i32x8 {
            avx2_round_to_i32(avx2_mul(avx2_load_first_f32(source, left), inverse))
        }
    }
#endif
