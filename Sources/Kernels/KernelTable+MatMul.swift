internal import CSIMD
package import Threading

extension KernelTable {
    /// The product of float matrices, `act(A · B + bias) + residual`.
    ///
    /// Neither operand is copied whole to be multiplied but A, which is expected to be the smaller one: B's
    /// panels are copied just before their use.
    ///
    /// - Parameters:
    ///   - a: `[M, K]`, not transposed.
    ///   - b: `[K, N]`
    ///   - output: `[M, N]` with ``outputStride`` numbers from row to row; the residual likewise.
    package func matMul(
        _ a: borrowing MatrixOperand, _ b: borrowing MatrixOperand,
        _ epilogue: borrowing ProductEpilogue = ProductEpilogue(), into output: inout MutableSpan<Float>,
        outputStride: Int? = nil, on pool: ThreadPool
    ) {
        precondition(!a.isTransposed)
        check(rows: a.rows, depth: a.columns, b, epilogue, outputCount: output.count, outputStride)
        guard a.rows > 0 && b.columns > 0 else { return }
        let packed = packRows(a, on: pool)
        multiply(packed.tiles, b, epilogue, into: &output, outputStride: outputStride, on: pool)
        withExtendedLifetime(packed) {}
    }

    /// The product of a matrix whose groups of rows are the kernels' tiles: none is copied.
    ///
    /// - Parameters:
    ///   - a: `[M, K]`, of groups that ``takesGroups(of:)`` says yes to.
    ///   - output: `[M, N]`, like the residual.
    package func matMul(
        _ a: borrowing RowGroups, _ b: borrowing MatrixOperand,
        _ epilogue: borrowing ProductEpilogue = ProductEpilogue(), into output: inout MutableSpan<Float>,
        on pool: ThreadPool
    ) {
        precondition(takesGroups(of: a.rowsPerGroup))
        check(rows: a.rows, depth: a.columns, b, epilogue, outputCount: output.count, nil)
        guard a.rows > 0 && b.columns > 0 else { return }
        _ = a.withTiles { multiply($0, b, epilogue, into: &output, outputStride: nil, on: pool) }
    }

    /// Whether groups of so many rows are about as large as tiles.
    package func takesGroups(of rows: Int) -> Bool {
        rows <= functions.products.tileRows && 2 * rows > functions.products.tileRows
    }

    private func check(
        rows: Int, depth: Int, _ b: borrowing MatrixOperand, _ epilogue: borrowing ProductEpilogue,
        outputCount: Int, _ outputStride: Int?
    ) {
        let columns = b.columns
        let outputStride = outputStride ?? columns
        precondition(depth == b.rows && outputStride >= columns)
        guard rows > 0 && columns > 0 else { return }
        let lastRow = (rows - 1).multipliedReportingOverflow(by: outputStride)
        precondition(!lastRow.overflow && lastRow.partialValue <= outputCount - columns)
        if let residual = epilogue.residual { precondition(lastRow.partialValue <= residual.count - columns) }
        if let bias = epilogue.bias { precondition(bias.count == columns) }
    }

    private func multiply(
        _ tiles: CSIMDTiles, _ b: borrowing MatrixOperand, _ epilogue: borrowing ProductEpilogue,
        into output: inout MutableSpan<Float>, outputStride: Int?, on pool: ThreadPool
    ) {
        let outputStride = outputStride ?? b.columns
        let activation = epilogue.activation.code
        let (columns, bStride, isTransposed) = (b.columns, b.stride, b.isTransposed)
        withOptionalPointer(epilogue.bias) { bias in
            withOptionalPointer(epilogue.residual) { residual in
                b.bytes.withUnsafeBytes { b in
                    output.withUnsafeMutableBufferPointer { output in
                        guard let c = output.baseAddress else { return }
                        multiply(
                            CSIMDProduct(
                                // With K = 0 there is no B, and nothing of it is read.
                                a: tiles, b: b.baseAddress ?? UnsafeRawPointer(c),
                                b_row_bytes: bStride * 4, b_is_transposed: isTransposed, patches: nil,
                                n: columns, column_bias: bias, row_bias: nil, activation: activation,
                                residual: residual, residual_stride: outputStride, c: c,
                                c_stride: outputStride,
                                c_is_streamed: StreamedResult.isOne(
                                    c, rows: tiles.rows, stride: outputStride)),
                            on: pool)
                    }
                }
            }
        }
    }

    /// Divides a product, or several of the same A, into blocks of tiles × panels for the pool.
    ///
    /// - Parameters:
    ///   - batch: number of products.
    ///   - bStep: bytes from one product's B to the next.
    ///   - cStep: elements from one product's C to the next.
    func multiply(
        _ product: CSIMDProduct, batch: Int = 1, bStep: Int = 0, cStep: Int = 0, on pool: ThreadPool
    ) {
        let functions = functions.products
        nonisolated(unsafe) let product = product
        multiply(
            product.a, columns: product.n, batch: batch, blockRows: 480,
            scratchBytes: { functions.scratchBytes(product, $0) }, on: pool
        ) { member, tiles, columns, scratch in
            var part = product
            part.b += member * bStep
            part.c += member * cStep
            withUnsafePointer(to: part) {
                functions.multiply(
                    $0, tiles.lowerBound, tiles.upperBound, columns.lowerBound, columns.upperBound, scratch)
            }
        }
    }

    /// Divides products, a number of the same A, into blocks of its tiles × panels of columns for the pool.
    ///
    /// - Parameters:
    ///   - blockRows: most rows of A that a thread works on at a time: those whose part of a panel's depth, or whose
    ///     sums, fit the second cache. Fewer if there are too few panels for all threads.
    ///   - scratchBytes: of so many tiles.
    ///   - body: does some columns of the rows of some tiles of one of the products.
    func multiply(
        _ a: CSIMDTiles, columns: Int, batch: Int, blockRows: Int, scratchBytes: (_ tiles: Int) -> Int,
        on pool: ThreadPool,
        _ body:
            @Sendable (
                _ member: Int, _ tiles: Range<Int>, _ columns: Range<Int>, _ scratch: UnsafeMutableRawPointer
            ) -> Void
    ) {
        let functions = functions.products
        let (tiles, panelColumns) = (a.count, functions.panelColumns)
        precondition((a.rows + tiles - 1) / tiles <= functions.tileRows, "packed for other kernels")
        let panels = (columns + panelColumns - 1) / panelColumns
        let fewPanels = (pool.threadCount * 4 + batch * panels - 1) / (batch * panels)
        let blocks = min(tiles, max((a.rows + blockRows - 1) / blockRows, fewPanels))
        let blockTiles = (tiles + blocks - 1) / blocks
        let scratch = ThreadScratch(byteCount: scratchBytes(blockTiles))
        let panelWork = blockTiles * functions.tileRows * panelColumns * max(1, a.depth)
        pool.parallelFor(batch * blocks * panels, grain: max(1, 300_000 / panelWork)) { range, thread in
            scratch.withMemory(of: thread) { scratch in
                var index = range.lowerBound
                while index < range.upperBound {
                    // A run of panels of one block.
                    let (block, panel) = index.quotientAndRemainder(dividingBy: panels)
                    let count = min(panels - panel, range.upperBound - index)
                    let row = block % blocks
                    body(
                        block / blocks, row * tiles / blocks..<(row + 1) * tiles / blocks,
                        panel * panelColumns..<min(columns, (panel + count) * panelColumns), scratch)
                    index += count
                }
            }
        }
    }
}
