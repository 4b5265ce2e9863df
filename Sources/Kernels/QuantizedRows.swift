internal import CSIMD
internal import Memory
package import Threading

/// Rows of activations as signed bytes, with a scale for each row and block, as MatMulNBits with
/// `accuracy_level` 4 multiplies them.
///
/// Per block `scale = amax / 127`, `q = round(a * (127 / amax))`, ties to even. A value of its own, so that
/// several products (Q, K and V; gate and up) share it.
package struct QuantizedRows: Sendable {
    package let rows: Int
    /// K.
    package let depth: Int
    package let blockSize: Int
    /// Whether the order of the values is that of four-bit weights; see `CSIMDQuantizedRows`.
    let isInterleaved: Bool
    private let memory: MemoryBlock
    private let valueStride: Int
    private let blockStride: Int
    private let scaleOffset: Int
    private let sumOffset: Int
    /// Nil if the kernels want no factors.
    private let factorOffset: Int?

    init(
        _ functions: KernelFunctions, _ source: Span<Float>, rows: Int, depth: Int, blockSize: Int,
        isInterleaved: Bool, on pool: ThreadPool
    ) {
        precondition(rows >= 0 && depth >= 0 && source.count == rows * depth)
        precondition(NBitsWeights.blockSizes.contains(blockSize))
        self.rows = rows
        self.depth = depth
        self.blockSize = blockSize
        self.isInterleaved = isInterleaved
        // The odd line keeps the rows of a tile from meeting in the same sets of the cache.
        let unit = max(128, blockSize)
        valueStride = (depth + unit - 1) / unit * unit + 64
        blockStride = ((depth + blockSize - 1) / blockSize + 15) & ~15
        // Kernels may read whole groups of 16 blocks.
        scaleOffset = rows * valueStride + 16 * 256
        sumOffset = scaleOffset + (rows * blockStride * 4 + 63) & ~63
        let sumEnd = (sumOffset + rows * blockStride * 4 + 63) & ~63
        let blocks = (depth + blockSize - 1) / blockSize
        let tileFactors = isInterleaved && rows > 1 ? functions.tileFactors : nil
        factorOffset = tileFactors == nil ? nil : sumEnd
        memory = MemoryBlock(byteCount: sumEnd + (tileFactors?.byteCount(rows, blocks, blockSize) ?? 0))

        nonisolated(unsafe) let memory = memory.base
        let (valueStride, blockStride) = (valueStride, blockStride)
        let (scaleOffset, sumOffset) = (scaleOffset, sumOffset)
        source.withUnsafeBufferPointer { source in
            guard let start = source.baseAddress else { return }
            nonisolated(unsafe) let base = start
            (memory + rows * valueStride).initializeMemory(as: UInt8.self, repeating: 0, count: 16 * 256)
            let isBiased = isInterleaved && rows > 1 && functions.takesBiasedRows
            pool.parallelFor(rows, grain: max(1, 16_384 / max(1, depth))) { range in
                for row in range {
                    let values = (memory + row * valueStride).assumingMemoryBound(to: Int8.self)
                    let blockOffset = row * blockStride * 4
                    let scales = (memory + scaleOffset + blockOffset).assumingMemoryBound(to: Float.self)
                    let sums = (memory + sumOffset + blockOffset).assumingMemoryBound(to: Int32.self)
                    (values + depth & ~127).update(
                        repeating: isBiased ? -128 : 0, count: valueStride - depth & ~127)
                    scales.update(repeating: 0, count: blockStride)
                    sums.update(repeating: 0, count: blockStride)
                    functions.quantizeRow(
                        base + row * depth, depth, blockSize, isInterleaved, isBiased, values, scales, sums)
                }
            }
        }
        if let tileFactors { fill(tileFactors, at: sumEnd, blocks: blocks, on: pool) }
    }

    private func fill(
        _ factors: KernelFunctions.TileFactors, at offset: Int, blocks: Int, on pool: ThreadPool
    ) {
        withKernelArguments { arguments in
            nonisolated(unsafe) let (arguments, output) = (arguments, memory.base + offset)
            let tiles = (rows + factors.rows - 1) / factors.rows
            let grain = max(1, 16_384 / max(1, depth * factors.rows))
            pool.parallelFor(tiles, grain: grain) { [blockSize] range in
                withUnsafePointer(to: arguments) {
                    factors.fill($0, blocks, blockSize, range.lowerBound, range.upperBound, output)
                }
            }
        }
    }

    func withKernelArguments<Result>(_ body: (CSIMDQuantizedRows) -> Result) -> Result {
        defer { withExtendedLifetime(memory) {} }
        return body(
            CSIMDQuantizedRows(
                values: memory.base.assumingMemoryBound(to: Int8.self),
                scales: (memory.base + scaleOffset).assumingMemoryBound(to: Float.self),
                negated_sums: (memory.base + sumOffset).assumingMemoryBound(to: Int32.self),
                factors: factorOffset.map {
                    UnsafePointer((memory.base + $0).assumingMemoryBound(to: Int32.self))
                },
                rows: rows, value_stride: valueStride, block_stride: blockStride))
    }
}

extension KernelTable {
    /// Quantises activations for products with weights of the given block size and bits.
    ///
    /// - Parameter source: `[rows, depth]`, row-major.
    package func quantizeRows(
        _ source: Span<Float>, rows: Int, depth: Int, blockSize: Int, bits: Int, on pool: ThreadPool
    ) -> QuantizedRows {
        QuantizedRows(
            functions, source, rows: rows, depth: depth, blockSize: blockSize, isInterleaved: bits == 4,
            on: pool)
    }
}
