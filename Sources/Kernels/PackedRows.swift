internal import CSIMD
internal import Memory
internal import Threading

/// Rows of a matrix of floats, copied into tiles as products read their A, or in the order of `WinogradKernels`: once,
/// however many products follow.
struct PackedRows: Sendable {
    let rows: Int
    let columns: Int
    fileprivate let tileCount: Int
    fileprivate let block: MemoryBlock

    /// Valid as long as this is.
    var tiles: CSIMDTiles {
        CSIMDTiles(
            elements: block.base.assumingMemoryBound(to: Float.self), count: tileCount, rows: rows,
            depth: columns)
    }
}

/// A matrix whose rows lie in groups of as many, in each of which the elements of a column lie side by side:
/// `[group][column][row]`. What convolutions leave of a few positions is such a matrix when channels are its columns.
package struct RowGroups: ~Escapable {
    fileprivate let elements: Span<Float>
    let rowsPerGroup: Int
    let rows: Int
    let columns: Int

    @_lifetime(copy elements)
    package init(_ elements: Span<Float>, rowsPerGroup: Int, columns: Int) {
        precondition(rowsPerGroup > 0 && columns > 0 && elements.count % (rowsPerGroup * columns) == 0)
        self.elements = elements
        self.rowsPerGroup = rowsPerGroup
        self.columns = columns
        rows = elements.count / columns
    }

    /// Runs `body` with the groups as tiles, which products only read.
    func withTiles<Result>(_ body: (CSIMDTiles) -> Result) -> Result? {
        elements.withUnsafeBufferPointer { elements in
            elements.baseAddress.map {
                body(
                    CSIMDTiles(
                        elements: UnsafeMutablePointer(mutating: $0), count: rows / rowsPerGroup, rows: rows,
                        depth: columns))
            }
        }
    }
}

extension KernelTable {
    /// Copies A into tiles, on all threads.
    ///
    /// - Parameter a: `[M, K]`, not transposed.
    func packRows(_ a: borrowing MatrixOperand, on pool: ThreadPool) -> PackedRows {
        packRows(a, by: functions.products.packTiles, on: pool)
    }

    /// Copies A into tiles of the order that a function gives them.
    func packRows(
        _ a: borrowing MatrixOperand, by packTiles: ProductFunctions.PackTiles, on pool: ThreadPool
    ) -> PackedRows {
        precondition(!a.isTransposed)
        let functions = functions.products
        let packed = PackedRows(
            rows: a.rows, columns: a.columns,
            tileCount: (a.rows + functions.tileRows - 1) / functions.tileRows,
            block: MemoryBlock(byteCount: max(4, a.rows * a.columns * 4)))
        let stride = a.stride * 4
        a.bytes.withUnsafeBytes { bytes in
            guard let address = bytes.baseAddress else { return }
            nonisolated(unsafe) let (base, tiles) = (address, packed.tiles)
            let grain = max(1, 16_384 / max(1, functions.tileRows * packed.columns))
            pool.parallelFor(tiles.count, grain: grain) { range in
                packTiles(base, stride, tiles, range.lowerBound, range.upperBound)
            }
        }
        return packed
    }
}
