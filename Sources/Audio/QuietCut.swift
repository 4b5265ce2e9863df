/// Where a long recording is cut: the rule of the official Qwen3-ASR implementation.
enum QuietCut {
    /// 100 ms, over which loudness is judged.
    static let windowSampleCount = SpeechFormat.sampleRate / 10

    /// The place to cut `samples`, within `radius` of the index `target`: in the window of least Σ|x| of all that
    /// lie within the radius, the sample of least |x|; the first one of equals.
    ///
    /// - Returns: an index in `samples`, which then begins the next piece; `target` if no window fits.
    /// - Complexity: O(`radius`).
    static func position(in samples: Span<Float>, near target: Int, radius: Int) -> Int {
        let left = max(0, target - radius)
        let right = min(samples.count, target + radius)
        guard right - left > windowSampleCount else { return target }

        // Differences of running sums, in Double: digital silence comes out as exactly 0 anywhere.
        var sums = [Double](repeating: 0, count: right - left + 1)
        for index in 0..<(right - left) {
            sums[index + 1] = sums[index] + Double(abs(samples[left + index]))
        }
        var quietest = 0
        var leastSum = Double.infinity
        for start in 0...(right - left - windowSampleCount) {
            let sum = sums[start + windowSampleCount] - sums[start]
            if sum < leastSum {
                leastSum = sum
                quietest = start
            }
        }
        var cut = left + quietest
        for index in cut..<(cut + windowSampleCount) where abs(samples[index]) < abs(samples[cut]) {
            cut = index
        }
        return cut
    }
}
