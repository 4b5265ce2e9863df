#if arch(x86_64)
    internal import CSIMD

    extension AVX512Kernels {
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
            let bias = avx512_splat_i32(biased ? 128 : 0)
            var start = 0
            if blockSize >= 32 {
                // Whole blocks, as almost all are, without masks.
                var block = 0
                while start &+ blockSize <= count {
                    let inverse = avx512_splat_f32(
                        inverseScale(whole: source + start, blockSize, scales + block))
                    let end = start &+ blockSize
                    var sum = avx512_zero()
                    while start < end {
                        let q0 = avx512_round_to_i32(avx512_mul(avx512_load_f32(source + start), inverse))
                        let q1 = avx512_round_to_i32(
                            avx512_mul(avx512_load_f32(source + (start &+ 16)), inverse))
                        sum = avx512_add_i32(sum, avx512_add_i32(q0, q1))
                        store(q0, q1, bias, values, start, interleaved)
                        start = start &+ 32
                    }
                    negatedSums[block] = 0 &- avx512_sum_i32(sum)
                    block = block &+ 1
                }
            }
            // Two vectors at a time: of one block, or with blocks of 16 of two.
            while start < count {
                let block = start / blockSize
                let firstInverse = inverseScale(source + start, min(blockSize, count - start), scales + block)
                var secondInverse = firstInverse
                if blockSize == 16 {
                    secondInverse =
                        start + 16 < count
                        ? inverseScale(source + start + 16, min(16, count - start - 16), scales + block + 1)
                        : 0
                }
                let first = avx512_splat_f32(firstInverse)
                let second = avx512_splat_f32(secondInverse)
                var firstSum = avx512_zero()
                var secondSum = avx512_zero()
                let end = min(start + max(32, blockSize), count)
                while start < end {
                    let q0 = quantize(source + start, end - start, first)
                    let q1 = quantize(source + start + 16, end - start - 16, second)
                    firstSum = avx512_add_i32(firstSum, q0)
                    secondSum = avx512_add_i32(secondSum, q1)
                    store(q0, q1, bias, values, start, interleaved)
                    start += 32
                }
                // NaN and infinities become the least integer, which has no negative.
                if blockSize == 16 {
                    negatedSums[block] = 0 &- avx512_sum_i32(firstSum)
                    if secondInverse != 0 { negatedSums[block + 1] = 0 &- avx512_sum_i32(secondSum) }
                } else {
                    negatedSums[block] = 0 &- avx512_sum_i32(avx512_add_i32(firstSum, secondSum))
                }
            }
        }

        /// `127 / amax`, or 0 where that is not finite; writes the scale.
        @inline(__always)
        private static func inverseScale(
            _ source: UnsafePointer<Float>, _ count: Int, _ scale: UnsafeMutablePointer<Float>
        ) -> Float {
            var largest = avx512_zero_f32()
            var k = 0
            while k < count {
                let lanes = avx512_load_first_f32(source + k, min(16, count - k))
                largest = avx512_max(avx512_abs(lanes), largest)
                k += 16
            }
            return inverseScale(largest, scale)
        }

        /// Of a whole block of a multiple of 32 numbers.
        @inline(__always)
        private static func inverseScale(
            whole source: UnsafePointer<Float>, _ count: Int, _ scale: UnsafeMutablePointer<Float>
        ) -> Float {
            var (x, y) = (avx512_zero_f32(), avx512_zero_f32())
            var k = 0
            while k < count {
                x = avx512_max(avx512_abs(avx512_load_f32(source + k)), x)
                y = avx512_max(avx512_abs(avx512_load_f32(source + (k &+ 16))), y)
                k = k &+ 32
            }
            return inverseScale(avx512_max(x, y), scale)
        }

        /// - Parameter largest: the largest magnitudes of a block, lane by lane.
        @inline(__always)
        private static func inverseScale(
            _ largest: f32x16, _ scale: UnsafeMutablePointer<Float>
        ) -> Float {
            let amax = avx512_largest(largest)
            let inverse = 127 / amax
            let isZero = !(inverse <= .greatestFiniteMagnitude)
            scale.pointee = isZero ? 0 : amax / 127
            return isZero ? 0 : inverse
        }

        /// Writes 32 values from `start` on, a multiple of 32.
        @inline(__always)
        private static func store(
            _ q0: i32x16, _ q1: i32x16, _ bias: i32x16, _ values: UnsafeMutablePointer<Int8>, _ start: Int,
            _ interleaved: Bool
        ) {
            let (v0, v1) = (avx512_add_i32(q0, bias), avx512_add_i32(q1, bias))
            if interleaved {
                // The even and the odd lanes of 32 values.
                let even = i32x16(0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30)
                let position = values + ((start & ~127) &+ (start & 127) >> 1)
                avx512_store_low_bytes(position, avx512_permute2(v0, even, v1))
                avx512_store_low_bytes(position + 64, avx512_permute2(v0, even | 1, v1))
            } else {
                avx512_store_low_bytes(values + start, v0)
                avx512_store_low_bytes(values + (start &+ 16), v1)
            }
        }

        @inline(__always)
        private static func quantize(_ source: UnsafePointer<Float>, _ left: Int, _ inverse: f32x16) -> i32x16
        {
            let lanes = avx512_load_first_f32(source, max(0, min(16, left)))
            return avx512_round_to_i32(avx512_mul(lanes, inverse))
        }
    }
#endif
