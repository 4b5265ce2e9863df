internal import CSIMD

/// Cells of a panel that lie side by side in an image, fewer than a vector has lanes.
struct CellRun {
    /// The first one's in the panel.
    let column: Int
    let count: Int
    let image: Int
    /// In 2 × 2 outputs.
    let row: Int
    let firstColumn: Int
}

extension WinogradKernels {
    /// The runs of a panel's cells.
    @inline(__always)
    static func findRuns(
        _ p: CSIMDWinograd, n: Int, _ columns: Int, into runs: UnsafeMutablePointer<CellRun>
    ) -> UnsafeBufferPointer<CellRun> {
        let (height, width) = ((p.output_height &+ 1) / 2, (p.output_width &+ 1) / 2)
        var image = n / (height &* width)
        var row = n / width % height
        var x = n % width
        var column = 0
        var count = 0
        while column < columns {
            let cells = Swift.min(Swift.min(Vector.count &- 1, columns &- column), width &- x)
            runs[count] = CellRun(column: column, count: cells, image: image, row: row, firstColumn: x)
            count = count &+ 1
            column = column &+ cells
            x = x &+ cells
            if x == width {
                x = 0
                row = row &+ 1
                if row == height {
                    row = 0
                    image = image &+ 1
                }
            }
        }
        return UnsafeBufferPointer(start: runs, count: count)
    }

    /// Fills the panel's inputs of some channels, `[place][channel][cell]`.
    ///
    /// - Parameter zeros: a line of padding.
    @inline(never)
    static func transformInputs(
        _ p: CSIMDWinograd, channel: Int, _ channels: Int, _ runs: UnsafeBufferPointer<CellRun>,
        zeros: UnsafePointer<Float>, into inputs: UnsafeMutablePointer<Float>
    ) {
        var to = inputs
        var c = channel
        while c < channel &+ channels {
            var index = 0
            while index < runs.count {
                let run = runs[index]
                let plane = p.input + (run.image &* p.channels &+ c) &* p.height &* p.width
                // Before its time: what lies at the same place in a channel to come.
                Patch(p, run, plane + 2 &* p.height &* p.width, zeros: zeros).prefetch()
                transform(
                    Patch(p, run, plane, zeros: zeros), run.count, into: to + run.column,
                    step: placeStep(channels))
                index = index &+ 1
            }
            to += panelColumns
            c = c &+ 1
        }
    }

    /// The inputs of a run's cells in one channel.
    ///
    /// - Parameter step: from one place to the next, in floats.
    @inline(__always)
    private static func transform(
        _ patch: Patch, _ count: Int, into output: UnsafeMutablePointer<Float>, step: Int
    ) {
        // Lines d₀ − d₂, d₁, d₂, d₄ − d₂ and d₃.
        var output = output
        var place = 0
        while place < 5 {
            let line = patch.line(place < 3 ? place : 7 &- place)
            var (v0, v1) = (patch.vector(0, line), patch.vector(1, line))
            var (v2, v3) = (patch.vector(2, line), patch.vector(3, line))
            if place % 3 == 0 {
                let line = patch.line(2)
                (v0, v1) = (Vector.sub(v0, patch.vector(0, line)), Vector.sub(v1, patch.vector(1, line)))
                (v2, v3) = (Vector.sub(v2, patch.vector(2, line)), Vector.sub(v3, patch.vector(3, line)))
            }
            let (even0, even1) = (Vector.even(v0, v1), Vector.even(v2, v3))
            let (odd0, odd1) = (Vector.odd(v0, v1), Vector.odd(v2, v3))
            let (d0, d2) = (Vector.even(even0, even1), Vector.odd(even0, even1))
            Vector.storeFirst(output, Vector.sub(d0, d2), count)
            Vector.storeFirst(output + step, Vector.even(odd0, odd1), count)
            Vector.storeFirst(output + 2 &* step, d2, count)
            Vector.storeFirst(output + 3 &* step, Vector.sub(Vector.rotateDown(d0), d2), count)
            Vector.storeFirst(output + 4 &* step, Vector.odd(odd0, odd1), count)
            output += 5 &* step
            place = place &+ 1
        }
    }

    /// Floats that ``finish(_:row:_:columns:_:_:_:)`` stages.
    static var stagingCount: Int { 4 &* tileSums &+ Vector.count }

    /// Outputs of a tile whose sums are whole, with bias and activation, and the store to C.
    ///
    /// - Parameter staging: for the outputs, `[row and column in the cell][row][cell]`.
    @inline(never)
    static func finish(
        _ p: CSIMDWinograd, row: Int, _ rows: Int, columns: Int, _ runs: UnsafeBufferPointer<CellRun>,
        _ sums: UnsafePointer<Float>, _ staging: UnsafeMutablePointer<Float>
    ) {
        var m = 0
        while m < rows {
            var bias = Vector.splat(0)
            if let biases = p.row_bias { bias = Vector.splat(biases[row &+ m]) }
            var column = 0
            while column < columns {
                let place = m &* panelColumns &+ column
                var (from, to) = (sums + place, staging + place)
                var y = 0
                while y < 2 {
                    let below = from + 3 &* tileSums
                    let a = Vector.add(Vector.load(from), Vector.load(below))
                    let b = Vector.add(Vector.load(from + tileSums), Vector.load(below + tileSums))
                    let c = Vector.add(Vector.load(from + 2 &* tileSums), Vector.load(below + 2 &* tileSums))
                    Vector.store(
                        to, ProductKernels.activate(Vector.add(Vector.add(a, b), bias), p.activation))
                    Vector.store(
                        to + tileSums,
                        ProductKernels.activate(Vector.add(Vector.add(b, c), bias), p.activation))
                    from = below
                    to += 2 &* tileSums
                    y = y &+ 1
                }
                column = column &+ Vector.count
            }
            m = m &+ 1
        }
        m = 0
        while m < rows {
            var index = 0
            while index < runs.count {
                store(p, row: row &+ m, runs[index], staging + m &* panelColumns)
                index = index &+ 1
            }
            m = m &+ 1
        }
    }

    /// Writes a run's outputs of one channel, those of them that the image has.
    @inline(__always)
    private static func store(
        _ p: CSIMDWinograd, row: Int, _ run: CellRun, _ outputs: UnsafePointer<Float>
    ) {
        let (y, x) = (2 &* run.row, 2 &* run.firstColumn)
        let count = Swift.min(2 &* run.count, p.output_width &- x)
        let low = Swift.min(count, Vector.count)
        var line = (run.image &* p.a.rows &+ row) &* p.output_height &+ y
        let end = line &+ Swift.min(2, p.output_height &- y)
        var from = outputs + run.column
        while line < end {
            let to = p.c + (line &* p.output_width &+ x)
            let (left, right) = (Vector.load(from), Vector.load(from + tileSums))
            Vector.storeFirst(to, Vector.zipLow(left, right), low)
            Vector.storeFirst(to + low, Vector.zipHigh(left, right), count &- low)
            from += 2 &* tileSums
            line = line &+ 1
        }
    }
}

/// A run's inputs in one channel: five lines of up to four vectors.
private struct Patch {
    /// The first input's place; before the channel where that is padding.
    private let start: UnsafePointer<Float>
    private let width: Int
    /// Lines and columns within the image, from the first input on.
    private let lines: (low: Int, high: Int)
    private let columns: (low: Int, high: Int)
    private let zeros: UnsafePointer<Float>

    @inline(__always)
    init(_ p: CSIMDWinograd, _ run: CellRun, _ plane: UnsafePointer<Float>, zeros: UnsafePointer<Float>) {
        let (x, y) = (4 &* run.firstColumn &- p.left, 4 &* run.row &- p.top)
        start = plane + (y &* p.width &+ x)
        width = p.width
        lines = (0 &- y, p.height &- y)
        columns = (Swift.max(0, 0 &- x), Swift.max(0, Swift.min(4 &* run.count &+ 1, p.width &- x)))
        self.zeros = zeros
    }

    @inline(__always)
    func line(_ index: Int) -> UnsafePointer<Float> {
        index >= lines.low && index < lines.high ? start + index &* width : zeros
    }

    @inline(__always)
    func prefetch() {
        var index = 0
        while index < 5 {
            let line = UnsafeRawPointer(line(index))
            csimd_prefetch_l2(line)
            csimd_prefetch_l2(line + 64)
            csimd_prefetch_l2(line + 128)
            csimd_prefetch_l2(line + 192)
            index = index &+ 1
        }
    }

    /// One of a line's vectors, zeros beyond the image.
    @inline(__always)
    func vector(_ index: Int, _ line: UnsafePointer<Float>) -> Vector.Lanes {
        let first = index &* Vector.count
        let end = Swift.max(0, Swift.min(Vector.count, columns.high &- first))
        return Vector.loadRange(line + first, Swift.min(end, Swift.max(0, columns.low &- first)), end)
    }
}
