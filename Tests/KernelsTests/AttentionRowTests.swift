import Kernels
import Testing

/// Lengths about the lanes of every instruction set.
private let lengths = [0, 1, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 63, 64, 65, 100, 257]

/// Scores and weighted sums of a few queries, with rows of float32 and packed ones.
@Suite struct AttentionRowTests {
    @Test(arguments: InstructionSet.supported)
    func productsForAttention(_ set: InstructionSet) {
        let kernels = KernelTable(set)
        for length in lengths {
            for rowCount in [0, 1, 5, 150] {
                var numbers = Numbers(seed: length)
                let stride = length + 3
                let query = numbers.floats(length)
                let rows = numbers.floats(max(0, (rowCount - 1) * stride + length))
                func row(_ j: Int) -> ArraySlice<Float> { rows[j * stride..<j * stride + length] }
                func dot(_ a: some Sequence<Float>, _ b: some Sequence<Float>) -> Double {
                    zip(a, b).reduce(0) { $0 + Double($1.0) * Double($1.1) }
                }
                let queries = query + numbers.floats(2 * length)
                var scores = [Float](repeating: .nan, count: 3 * rowCount)
                var scoreSpan = scores.mutableSpan
                kernels.scores(
                    queries.span, count: 3, keys: rows.span, stride: stride, into: &scoreSpan)
                for index in 0..<3 * rowCount {
                    let (i, j) = index.quotientAndRemainder(dividingBy: rowCount)
                    let expected = dot(queries[i * length..<(i + 1) * length], row(j))
                    #expect(abs(Double(scores[index]) - expected) < 1e-6 * Double(length + 1))
                }

                let weights = numbers.floats(3 * rowCount)
                var sums = [Float](repeating: .nan, count: 3 * length)
                var sumSpan = sums.mutableSpan
                kernels.weightedSums(
                    weights.span, count: 3, values: rows.span, stride: stride, into: &sumSpan)
                let expected = (0..<3 * length).map { index in
                    let (i, k) = index.quotientAndRemainder(dividingBy: length)
                    return dot(
                        weights[i * rowCount..<(i + 1) * rowCount],
                        (0..<rowCount).map { rows[$0 * stride + k] })
                }
                #expect(relativeError(sums, expected) < 6e-7)

                // The same of packed rows: their exact values are what is expected.
                guard length > 0 else { continue }
                let (packed, widened) = packedRows(rows, rowCount, length, stride, kernels)
                var packedScores = [Float](repeating: .nan, count: 3 * rowCount)
                var packedScoreSpan = packedScores.mutableSpan
                kernels.scores(
                    queries.span, count: 3, packedKeys: packed.span, stride: length + 2,
                    into: &packedScoreSpan)
                for index in 0..<3 * rowCount {
                    let (i, j) = index.quotientAndRemainder(dividingBy: rowCount)
                    let row = widened[j * length..<(j + 1) * length]
                    let expected = dot(queries[i * length..<(i + 1) * length], row)
                    #expect(abs(Double(packedScores[index]) - expected) < 1e-6 * Double(length + 1))
                }
                var packedSums = [Float](repeating: .nan, count: 3 * length)
                var packedSumSpan = packedSums.mutableSpan
                kernels.weightedSums(
                    weights.span, count: 3, packedValues: packed.span, stride: length + 2,
                    into: &packedSumSpan)
                let expectedOfPacked = (0..<3 * length).map { index in
                    let (i, k) = index.quotientAndRemainder(dividingBy: length)
                    return dot(
                        weights[i * rowCount..<(i + 1) * rowCount],
                        (0..<rowCount).map { widened[$0 * length + k] })
                }
                #expect(relativeError(packedSums, expectedOfPacked) < 6e-7)
            }
        }
    }

    /// Rows `stride` apart, packed one after the other, and what these stand for.
    private func packedRows(
        _ rows: [Float], _ rowCount: Int, _ length: Int, _ stride: Int, _ kernels: KernelTable
    ) -> ([Int16], [Float]) {
        let plain = (0..<rowCount).flatMap { rows[$0 * stride..<$0 * stride + length] }
        var packed = [Int16](repeating: 77, count: rowCount * (length + 2))
        var span = packed.mutableSpan
        kernels.packRows(plain.span, size: length, into: &span)
        let widened = (0..<rowCount).flatMap { row in
            let start = row * (length + 2)
            let scale = scale(packed[start + length], packed[start + length + 1])
            return packed[start..<start + length].map { Float($0) * scale }
        }
        return (packed, widened)
    }

    private func scale(_ low: Int16, _ high: Int16) -> Float {
        Float(bitPattern: UInt32(UInt16(bitPattern: high)) << 16 | UInt32(UInt16(bitPattern: low)))
    }

    @Test(arguments: InstructionSet.supported)
    func packedRowsAreClose(_ set: InstructionSet) {
        let kernels = KernelTable(set)
        for length in lengths where length > 0 {
            for magnitude: Float in [0, 1e-38, 1e-6, 1, 1e30] {
                var numbers = Numbers(seed: length)
                let rows = numbers.floats(3 * length, in: -1...1).map { $0 * magnitude }
                let (packed, widened) = packedRows(rows, 3, length, length, kernels)
                for row in 0..<3 {
                    let part = row * length..<(row + 1) * length
                    let largest = rows[part].map(abs).max() ?? 0
                    let bound = max(largest / 60_000, 0x1p-100)
                    for index in part { #expect(abs(widened[index] - rows[index]) <= bound) }
                    let integers = packed[row * (length + 2)..<row * (length + 2) + length]
                    let extreme = integers.map { abs(Int($0)) }.max()
                    #expect(magnitude < 1e-6 || extreme == 32_767)
                }
            }
        }
    }

    @Test(arguments: InstructionSet.supported)
    func packedRowsKeepWhatIsNoNumber(_ set: InstructionSet) {
        for length in lengths where length > 0 {
            for special in [Float.nan, .infinity, -.infinity] {
                var row = [Float](repeating: 1, count: length)
                row[length / 2] = special
                let (_, widened) = packedRows(row, 1, length, length, KernelTable(set))
                let areNumbers = widened.contains { !$0.isNaN }
                #expect(!areNumbers)
            }
        }
    }
}
