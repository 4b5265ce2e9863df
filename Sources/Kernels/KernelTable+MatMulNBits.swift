internal import CSIMD
internal import Memory
package import Threading

extension KernelTable {
    /// What is done with one product: its weights, bias (one per column) and output, `[rows, columns]`, row-major.
    package typealias NBitsProductBody = (
        _ weights: borrowing NBitsWeights, _ bias: Span<Float>?, _ output: inout MutableSpan<Float>
    ) -> Void

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
        withJob(rows, weights, bias, &output) { run([$0], rows, on: pool) }
    }

    /// Several products of the same rows, as ``matMulNBits(_:_:bias:into:on:)``, in one loop: threads wait for each
    /// other once, and read what is left of one product's weights while others have begun the next.
    ///
    /// - Parameters:
    ///   - count: of products.
    ///   - withProduct: calls its argument with the product of a number below `count`.
    package func matMulNBits(
        _ rows: borrowing QuantizedRows, productCount count: Int, on pool: ThreadPool,
        withProduct: @escaping (Int, NBitsProductBody) -> Void
    ) {
        collect([], count, rows, on: pool, withProduct)
    }

    private func collect(
        _ jobs: [NBitsJob], _ count: Int, _ rows: borrowing QuantizedRows, on pool: ThreadPool,
        _ withProduct: @escaping (Int, NBitsProductBody) -> Void
    ) {
        guard jobs.count < count else { return run(jobs, rows, on: pool) }
        withProduct(jobs.count) { weights, bias, output in
            withJob(rows, weights, bias, &output) { job in
                collect(jobs + [job], count, rows, on: pool, withProduct)
            }
        }
    }

    private func withJob(
        _ rows: borrowing QuantizedRows, _ weights: borrowing NBitsWeights, _ bias: Span<Float>?,
        _ output: inout MutableSpan<Float>, _ body: (NBitsJob) -> Void
    ) {
        let columns = weights.columns
        precondition(rows.depth == weights.depth && rows.blockSize == weights.blockSize)
        precondition(rows.isInterleaved == (weights.bits == 4))
        precondition(output.count == rows.rows * columns)
        if let bias { precondition(bias.count == columns) }
        withOptionalPointer(bias) { bias in
            weights.withKernelArguments { weights, floatZeroPoints in
                precondition(floatZeroPoints == nil, "zero points are no integers")
                output.withUnsafeMutableBufferPointer { output in
                    body(NBitsJob(weights: weights, bias: bias, output: output.baseAddress))
                }
            }
        }
    }

    private func run(_ jobs: [NBitsJob], _ rows: borrowing QuantizedRows, on pool: ThreadPool) {
        guard rows.rows > 0, let first = jobs.first else { return }
        let matMul = functions.matMulNBits
        rows.withKernelArguments { rows in
            nonisolated(unsafe) let (jobs, rows) = (jobs, rows)
            let scratchBytes = functions.nbitsScratchBytes(first.weights, rows.rows)
            let unit = rows.rows == 1 ? NBitsJob.rowUnit : NBitsJob.panelUnit
            let grain = Self.columnGrain(weights: first.weights, rows: rows.rows, unit: unit)
            let parts = jobs.reduce(0) { $0 + $1.parts(of: unit) }
            pool.parallelFor(parts, grain: grain) { range in
                let scratch = MemoryBlock(byteCount: scratchBytes)
                var start = 0
                for job in jobs {
                    let own = range.clamped(to: start..<start + job.parts(of: unit))
                    if !own.isEmpty, let output = job.output {
                        let columns = job.weights.columns
                        let first = (own.lowerBound - start) * unit
                        let end = min(columns, (own.upperBound - start) * unit)
                        withUnsafePointer(to: job.weights) { weights in
                            withUnsafePointer(to: rows) { rows in
                                matMul(weights, rows, job.bias, first, end, output, columns, scratch.base)
                            }
                        }
                    }
                    start += job.parts(of: unit)
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

    /// Parts of columns worth a thread: some 20 microseconds of work; of one row, which memory takes that long to bring,
    /// less, because threads wait for each other at the end of many short loops.
    private static func columnGrain(weights: CSIMDNBitsWeights, rows: Int, unit: Int) -> Int {
        let unitWork = unit * weights.value_row_bytes * max(1, rows / 8)
        return max(1, (rows == 1 ? 32_000 : 200_000) / max(1, unitWork))
    }

    /// Runs `body` with a span's address; nil without a span.
    func withOptionalPointer<Element, Result>(
        _ span: Span<Element>?, _ body: (UnsafePointer<Element>?) -> Result
    ) -> Result {
        guard let span else { return body(nil) }
        return span.withUnsafeBufferPointer { body($0.baseAddress) }
    }
}

/// A product's weights, bias and output as the kernels take them.
private struct NBitsJob {
    /// Columns that threads are given together for many rows: the widest panel of any kernel.
    static let panelUnit = 64
    /// Likewise for one row.
    static let rowUnit = 16

    let weights: CSIMDNBitsWeights
    let bias: UnsafePointer<Float>?
    /// Nil only if it is empty.
    let output: UnsafeMutablePointer<Float>?

    /// Of so many columns.
    func parts(of unit: Int) -> Int { (weights.columns + unit - 1) / unit }
}
