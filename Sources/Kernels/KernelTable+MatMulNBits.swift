internal import CSIMD
internal import Memory
package import Threading

extension KernelTable {
    /// `rows × weightsᵀ + bias` with eight-bit activations (`accuracy_level` 4):
    /// `Σ scaleA * scaleB * (dot - zp * ΣqA)` over the blocks of an element, in order. The result for a row
    /// does not depend on how many rows there are.
    ///
    /// - Parameters:
    ///   - weights: not with zero points that are floats.
    ///   - bias: one per column of the product.
    ///   - output: `[rows, columns]`, row-major; all of it is written.
    package func matMulNBits(
        _ rows: borrowing QuantizedRows, _ weights: borrowing NBitsWeights, bias: Span<Float>?,
        into output: inout MutableSpan<Float>, on pool: ThreadPool
    ) {
        let columns = weights.columns
        precondition(rows.depth == weights.depth && rows.blockSize == weights.blockSize)
        precondition(rows.isInterleaved == (weights.bits == 4))
        precondition(output.count == rows.rows * columns)
        if let bias { precondition(bias.count == columns) }
        guard rows.rows > 0 && columns > 0 else { return }
        let matMul = functions.matMulNBits
        withOptionalPointer(bias) { bias in
            weights.withKernelArguments { weights, floatZeroPoints in
                precondition(floatZeroPoints == nil, "zero points are no integers")
                rows.withKernelArguments { rows in
                    output.withUnsafeMutableBufferPointer { output in
                        guard let start = output.baseAddress else { return }
                        nonisolated(unsafe) let (weights, rows, bias, base) = (weights, rows, bias, start)
                        let scratchBytes = functions.nbitsScratchBytes(weights, rows.rows)
                        let grain = Self.columnGrain(weights: weights, rows: rows.rows)
                        let parts = (columns + Self.columnUnit - 1) / Self.columnUnit
                        pool.parallelFor(parts, grain: grain) { range in
                            let scratch = MemoryBlock(byteCount: scratchBytes)
                            let first = range.lowerBound * Self.columnUnit
                            let end = min(columns, range.upperBound * Self.columnUnit)
                            withUnsafePointer(to: weights) { weights in
                                withUnsafePointer(to: rows) { rows in
                                    matMul(weights, rows, bias, first, end, base, columns, scratch.base)
                                }
                            }
                        }
                    }
                }
            }
        }
    }

    /// `source × weightsᵀ + bias` with float activations (`accuracy_level` 0): weights are made floats,
    /// `(q - zp) * scale`, row by row. The result for a row does not depend on how many rows there are.
    ///
    /// - Parameters:
    ///   - source: `[rows, depth]`, row-major.
    ///   - groups: the block that each k's scale and zero point are taken from, each below the number of
    ///     blocks (`g_idx`); nil means `k / blockSize`.
    ///   - bias: one per column of the product.
    ///   - output: `[rows, columns]`, row-major; all of it is written.
    package func matMulNBits(
        _ source: Span<Float>, rows: Int, _ weights: borrowing NBitsWeights, groups: Span<Int32>? = nil,
        bias: Span<Float>?, into output: inout MutableSpan<Float>, on pool: ThreadPool
    ) {
        let (columns, depth) = (weights.columns, weights.depth)
        precondition(rows >= 0 && source.count == rows * depth && output.count == rows * columns)
        if let bias { precondition(bias.count == columns) }
        if let groups {
            precondition(groups.count == depth)
            for k in 0..<depth { precondition((0..<weights.blocks).contains(Int(groups[k]))) }
        }
        guard rows > 0 && columns > 0 else { return }
        let (dequantizeRow, dot) = (functions.dequantizeRow, functions.rows.dot)
        source.withUnsafeBufferPointer { source in
            withOptionalPointer(groups) { groups in
                withOptionalPointer(bias) { bias in
                    weights.withKernelArguments { weights, floatZeroPoints in
                        output.withUnsafeMutableBufferPointer { output in
                            guard let start = output.baseAddress else { return }
                            nonisolated(unsafe) let (weights, source, base) = (weights, source, start)
                            nonisolated(unsafe) let (bias, groups) = (bias, groups)
                            nonisolated(unsafe) let floatZeroPoints = floatZeroPoints
                            let grain = max(1, 20_000 / max(1, depth * rows))
                            pool.parallelFor(columns, grain: grain) { range in
                                let scratch = MemoryBlock(byteCount: depth * 4)
                                let row = scratch.base.assumingMemoryBound(to: Float.self)
                                for n in range {
                                    withUnsafePointer(to: weights) {
                                        dequantizeRow($0, floatZeroPoints, groups, n, row)
                                    }
                                    for m in 0..<rows {
                                        // An empty source has no address and nothing to add up.
                                        let sum = source.baseAddress.map { dot($0 + m * depth, row, depth) }
                                        base[m * columns + n] = (sum ?? 0) + (bias.map { $0[n] } ?? 0)
                                    }
                                }
                            }
                        }
                    }
                }
            }
        }
    }

    /// Columns that threads are given together: the widest panel of any kernel.
    private static let columnUnit = 32

    /// Parts of ``columnUnit`` columns worth a thread: some 20 microseconds of work.
    private static func columnGrain(weights: CSIMDNBitsWeights, rows: Int) -> Int {
        let unitWork = columnUnit * weights.value_row_bytes * max(1, rows / 8)
        return max(1, 200_000 / max(1, unitWork))
    }

    /// Runs `body` with a span's address; nil without a span.
    func withOptionalPointer<Element, Result>(
        _ span: Span<Element>?, _ body: (UnsafePointer<Element>?) -> Result
    ) -> Result {
        guard let span else { return body(nil) }
        return span.withUnsafeBufferPointer { body($0.baseAddress) }
    }
}
