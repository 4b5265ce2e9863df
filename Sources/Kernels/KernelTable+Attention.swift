extension KernelTable {
    /// Scores of a few queries with keys: `scores[i, j] = Σ queries[i, k] * keys[j * stride + k]`. The keys are
    /// read once from memory for all queries.
    ///
    /// - Parameters:
    ///   - queries: `[count, size]`
    ///   - keys: one row of `size` numbers for each key, ``stride`` numbers apart.
    ///   - scores: `[count, keys]`
    package func scores(
        _ queries: Span<Float>, count: Int, keys: Span<Float>, stride: Int,
        into scores: inout MutableSpan<Float>
    ) {
        let size = queries.count / max(1, count)
        self.scores(
            queries, count, KeyRows(keys.bytes, stride: stride * 4, length: size * 4),
            by: functions.rows.dotRows, into: &scores)
    }

    /// ``scores(_:count:keys:stride:into:)`` of packed keys.
    package func scores(
        _ queries: Span<Float>, count: Int, packedKeys keys: Span<Int16>, stride: Int,
        into scores: inout MutableSpan<Float>
    ) {
        let size = queries.count / max(1, count)
        self.scores(
            queries, count,
            KeyRows(keys.bytes, stride: stride * 2, length: Self.packedRowLength(size) * 2),
            by: functions.rows.dotPackedRows, into: &scores)
    }

    private func scores(
        _ queries: Span<Float>, _ count: Int, _ keys: borrowing KeyRows, by dotRows: RowFunctions.DotRows,
        into scores: inout MutableSpan<Float>
    ) {
        guard count > 0, scores.count > 0 else { return }
        let (size, keyCount) = (queries.count / count, scores.count / count)
        precondition(size * count == queries.count && keyCount * count == scores.count)
        keys.check(rowCount: keyCount)
        let block = Self.rowsPerBlock(size)
        let stride = keys.stride
        queries.withUnsafeBufferPointer { queries in
            keys.bytes.withUnsafeBytes { keys in
                scores.withUnsafeMutableBufferPointer { scores in
                    guard let to = scores.baseAddress else { return }
                    guard let from = queries.baseAddress, let rows = keys.baseAddress else {
                        return scores.update(repeating: 0)
                    }
                    for start in Swift.stride(from: 0, to: keyCount, by: block) {
                        dotRows(
                            from, count, rows + start * stride, stride, min(block, keyCount - start),
                            to + start, keyCount, size)
                    }
                }
            }
        }
    }

    /// Weighted sums of values for a few queries: `sums[i, k] = Σ weights[i, j] * values[j * stride + k]`. The
    /// values are read once from memory for all queries.
    ///
    /// - Parameters:
    ///   - weights: `[count, keys]`
    ///   - values: one row of `size` numbers for each key, ``stride`` numbers apart.
    ///   - sums: `[count, size]`
    package func weightedSums(
        _ weights: Span<Float>, count: Int, values: Span<Float>, stride: Int,
        into sums: inout MutableSpan<Float>
    ) {
        let size = sums.count / max(1, count)
        weightedSums(
            weights, count, KeyRows(values.bytes, stride: stride * 4, length: size * 4),
            by: functions.rows.sumScaledRows, into: &sums)
    }

    /// ``weightedSums(_:count:values:stride:into:)`` of packed values.
    package func weightedSums(
        _ weights: Span<Float>, count: Int, packedValues values: Span<Int16>, stride: Int,
        into sums: inout MutableSpan<Float>
    ) {
        let size = sums.count / max(1, count)
        weightedSums(
            weights, count,
            KeyRows(values.bytes, stride: stride * 2, length: Self.packedRowLength(size) * 2),
            by: functions.rows.sumScaledPackedRows, into: &sums)
    }

    private func weightedSums(
        _ weights: Span<Float>, _ count: Int, _ values: borrowing KeyRows,
        by sumScaledRows: RowFunctions.SumScaledRows, into sums: inout MutableSpan<Float>
    ) {
        guard count > 0, sums.count > 0 else { return }
        let (size, keyCount) = (sums.count / count, weights.count / count)
        precondition(size * count == sums.count && keyCount * count == weights.count)
        values.check(rowCount: keyCount)
        let block = Self.rowsPerBlock(size)
        let stride = values.stride
        weights.withUnsafeBufferPointer { weights in
            values.bytes.withUnsafeBytes { values in
                sums.withUnsafeMutableBufferPointer { sums in
                    guard let to = sums.baseAddress else { return }
                    guard keyCount > 0, let from = weights.baseAddress, let rows = values.baseAddress
                    else { return sums.update(repeating: 0) }
                    for start in Swift.stride(from: 0, to: keyCount, by: block) {
                        sumScaledRows(
                            from + start, keyCount, count, rows + start * stride, stride,
                            min(block, keyCount - start), to, size, start > 0)
                    }
                }
            }
        }
    }

    /// Integers of 16 bits that a packed row of some numbers takes: one each, and two for the scale.
    package static func packedRowLength(_ size: Int) -> Int { size + 2 }

    /// Packs rows of numbers in 16 bits: integers, `round(x / scale)` with `scale = max |x| / 32767`, and
    /// behind them the row's scale, a float32. Rows with infinities or what is no number become such that are
    /// no numbers, rows of numbers below 2^-100 become zeros.
    ///
    /// - Parameters:
    ///   - input: rows of `size` numbers.
    ///   - output: rows of ``packedRowLength(_:)``.
    package func packRows(_ input: Span<Float>, size: Int, into output: inout MutableSpan<Int16>) {
        guard input.count > 0 else { return }
        precondition(size > 0 && input.count % size == 0)
        let (rows, length) = (input.count / size, Self.packedRowLength(size))
        precondition(output.count == rows * length)
        input.withUnsafeBufferPointer { input in
            output.withUnsafeMutableBytes { output in
                guard let from = input.baseAddress, let to = output.baseAddress else { return }
                for row in 0..<rows { functions.rows.packRow(from + row * size, to + row * length * 2, size) }
            }
        }
    }

    /// Rows of keys or values that all queries meet in turn: so few that they stay in the first-level cache.
    private static func rowsPerBlock(_ size: Int) -> Int {
        max(4, 2_048 / max(1, size))
    }

    /// Rotary position embedding of one head, halves split: with `h = cos.count`,
    /// `y[i] = x[i] cos[i] - x[i + h] sin[i]` and `y[i + h] = x[i + h] cos[i] + x[i] sin[i]`.
    ///
    /// - Parameter input: `2 * cos.count` numbers.
    package func rotate(
        _ input: Span<Float>, cos: Span<Float>, sin: Span<Float>, into output: inout MutableSpan<Float>
    ) {
        let half = cos.count
        precondition(sin.count == half && input.count == 2 * half && output.count == 2 * half)
        input.withUnsafeBufferPointer { input in
            cos.withUnsafeBufferPointer { cos in
                sin.withUnsafeBufferPointer { sin in
                    output.withUnsafeMutableBufferPointer { output in
                        guard let from = input.baseAddress, let cos = cos.baseAddress,
                            let sin = sin.baseAddress, let to = output.baseAddress
                        else { return }
                        functions.rows.rotate(from, cos, sin, to, half)
                    }
                }
            }
        }
    }

    /// ``rotate(_:cos:sin:into:)`` of several heads at each of some positions.
    ///
    /// - Parameters:
    ///   - input: `[positions, heads, headSize]`
    ///   - cos: a row for each position, of which the first `headSize / 2` numbers are read: `[positions,
    ///     headSize / 2]`, or `[positions, headSize]` with the same numbers twice, as graphs compute them.
    ///   - sin: likewise.
    ///   - headSize: even.
    package func rotateHeads(
        _ input: Span<Float>, heads: Int, headSize: Int, cos: Span<Float>, sin: Span<Float>,
        into output: inout MutableSpan<Float>
    ) {
        precondition(input.count == output.count && cos.count == sin.count)
        guard input.count > 0 else { return }
        let half = headSize / 2
        precondition(half > 0 && headSize == 2 * half && heads > 0 && input.count % (heads * headSize) == 0)
        let positions = input.count / (heads * headSize)
        let tableRow = cos.count / positions
        precondition(tableRow >= half && cos.count == positions * tableRow, "tables of another length")
        input.withUnsafeBufferPointer { input in
            cos.withUnsafeBufferPointer { cos in
                sin.withUnsafeBufferPointer { sin in
                    output.withUnsafeMutableBufferPointer { output in
                        guard let from = input.baseAddress, let cos = cos.baseAddress,
                            let sin = sin.baseAddress, let to = output.baseAddress
                        else { return }
                        for head in 0..<positions * heads {
                            let table = head / heads * tableRow
                            let start = head * headSize
                            functions.rows.rotate(from + start, cos + table, sin + table, to + start, half)
                        }
                    }
                }
            }
        }
    }
}

/// Rows of keys or values as they lie in memory.
private struct KeyRows: ~Escapable {
    let bytes: RawSpan
    /// Bytes from row to row.
    let stride: Int
    /// Bytes of a row.
    private let length: Int

    @_lifetime(copy bytes)
    init(_ bytes: RawSpan, stride: Int, length: Int) {
        self.bytes = bytes
        self.stride = stride
        self.length = length
    }

    func check(rowCount: Int) {
        precondition(stride >= 0)
        guard rowCount > 0 else { return }
        let (last, overflow) = (rowCount - 1).multipliedReportingOverflow(by: stride)
        precondition(!overflow && last <= bytes.byteCount - length, "rows beyond their span")
    }
}
