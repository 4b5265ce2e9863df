internal import CSIMD
internal import Memory
package import Threading

extension KernelTable {
    /// `rows × weightsᵀ + bias` with eight-bit activations (`accuracy_level` 4):
    /// `Σ scaleA * scaleB * (dot - zp * ΣqA)` over the blocks of an element, in order. The result for a row
    /// does not depend on how many rows there are.
    ///
    /// Several products of the same rows are computed in one loop: threads wait for each other once, and read what is
    /// left of one product's weights while others have begun the next.
    ///
    /// - Parameters:
    ///   - output: of each product `[rows, columns]`, row-major, one behind the other; see
    ///     ``NBitsProduct/outputCount(rows:)``.
    package func matMulNBits(
        _ rows: borrowing QuantizedRows, _ products: [NBitsProduct], into output: inout MutableSpan<Float>,
        on pool: ThreadPool
    ) {
        var count = 0
        for product in products {
            let weights = product.weights
            precondition(rows.depth == weights.depth && rows.blockSize == weights.block_size)
            precondition(rows.isInterleaved == (weights.bits == 4))
            count += product.outputCount(rows: rows.rows)
        }
        precondition(output.count == count)
        guard count > 0 else { return }
        let matMul = functions.matMulNBits
        let unit = NBitsProduct.unit(rows: rows.rows)
        let grain = Self.columnGrain(weights: products[0].weights, rows: rows.rows, unit: unit)
        let scratch = ThreadScratch(
            byteCount: functions.nbitsScratchBytes(products[0].weights, rows.rows))
        products.withUnsafeBufferPointer { products in
            output.withUnsafeMutableBufferPointer { output in
                rows.withKernelArguments { rows in
                    guard let address = output.baseAddress else { return }
                    nonisolated(unsafe) let (products, rows, output) = (products, rows, address)
                    let parts = products.indices.reduce(0) { $0 + products[$1].parts(of: unit) }
                    pool.parallelFor(parts, grain: grain) { range, thread in
                        scratch.withMemory(of: thread) { scratch in
                            Self.multiply(rows, products, parts: range, of: unit, output, scratch, by: matMul)
                        }
                    }
                }
            }
        }
    }

    /// `silu(gate) · up` of two products of the same rows, of as many columns, with eight-bit activations. What they give
    /// for a panel of columns stays in the second cache until it is multiplied.
    ///
    /// - Parameter output: `[rows, columns]`, row-major.
    package func matMulNBits(
        _ rows: borrowing QuantizedRows, gate: NBitsProduct, up: NBitsProduct,
        into output: inout MutableSpan<Float>, on pool: ThreadPool
    ) {
        for product in [gate, up] {
            let weights = product.weights
            precondition(rows.depth == weights.depth && rows.blockSize == weights.block_size)
            precondition(rows.isInterleaved == (weights.bits == 4) && product.columns == gate.columns)
        }
        let columns = gate.columns
        precondition(output.count == rows.rows * columns)
        guard output.count > 0 else { return }
        let (matMul, siluProduct) = (functions.matMulNBits, functions.rows.siluProduct)
        let unit = NBitsProduct.unit(rows: rows.rows)
        let grain = Self.columnGrain(weights: gate.weights, rows: 2 * rows.rows, unit: unit)
        let sumCount = rows.rows * unit
        let kernelBytes = max(
            functions.nbitsScratchBytes(gate.weights, rows.rows),
            functions.nbitsScratchBytes(up.weights, rows.rows))
        let scratch = ThreadScratch(byteCount: 2 * sumCount * 4 + kernelBytes)
        output.withUnsafeMutableBufferPointer { output in
            rows.withKernelArguments { rows in
                guard let address = output.baseAddress else { return }
                nonisolated(unsafe) let (rows, output) = (rows, address)
                pool.parallelFor(gate.parts(of: unit), grain: grain) { range, thread in
                    scratch.withMemory(of: thread) { memory in
                        let gateSums = memory.assumingMemoryBound(to: Float.self)
                        let upSums = gateSums + sumCount
                        let scratch = UnsafeMutableRawPointer(upSums + sumCount)
                        func sums(_ elements: UnsafeMutablePointer<Float>) -> CSIMDResult {
                            CSIMDResult(elements: elements, stride: unit, is_streamed: false)
                        }
                        for part in range {
                            let (first, end) = (part * unit, min(columns, (part + 1) * unit))
                            // A kernel asks for the next panel of its own weights alone.
                            up.prefetch(columns: first..<end)
                            gate.multiply(rows, columns: first..<end, sums(gateSums), scratch, by: matMul)
                            gate.prefetch(columns: end..<min(columns, end + unit))
                            up.multiply(rows, columns: first..<end, sums(upSums), scratch, by: matMul)
                            for row in 0..<rows.rows {
                                siluProduct(
                                    gateSums + row * unit, upSums + row * unit,
                                    output + (row * columns + first), end - first)
                            }
                        }
                    }
                }
            }
        }
    }

    /// Some parts, of so many columns, of all products' together.
    private static func multiply(
        _ rows: CSIMDQuantizedRows, _ products: UnsafeBufferPointer<NBitsProduct>, parts: Range<Int>,
        of unit: Int, _ output: UnsafeMutablePointer<Float>, _ scratch: UnsafeMutableRawPointer,
        by matMul: KernelFunctions.MatMulNBits
    ) {
        var (start, output) = (0, output)
        // By their places: copying one would make threads count references to its owner, each in turn.
        for index in products.indices {
            let columns = products[index].columns
            let end = start + products[index].parts(of: unit)
            let own = parts.clamped(to: start..<end)
            if !own.isEmpty {
                let range = (own.lowerBound - start) * unit..<min(columns, (own.upperBound - start) * unit)
                let result = CSIMDResult(
                    elements: output + range.lowerBound, stride: columns,
                    is_streamed: StreamedResult.isOne(output, rows: rows.rows, stride: columns))
                products[index].multiply(rows, columns: range, result, scratch, by: matMul)
            }
            start = end
            output += products[index].outputCount(rows: rows.rows)
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
