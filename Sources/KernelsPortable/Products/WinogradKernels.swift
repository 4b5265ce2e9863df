package import CSIMD

/// Convolution by windows of 3 × 3 with strides of 2 by Winograd's method, with 25 multiplications for a cell of
/// 2 × 2 outputs instead of 36; the same source for every instruction set, as ``ProductKernels``.
///
/// Along one axis a cell's two outputs need five inputs d₀…d₄:
///
///     y₀ = w₀d₀ + w₁d₁ + w₂d₂ = [w₀ w₁]·[d₀ − d₂, d₁] + (w₀ + w₂)·d₂
///     y₁ = w₀d₂ + w₁d₃ + w₂d₄ = (w₀ + w₂)·d₂ + [w₂ w₁]·[d₄ − d₂, d₃]
///
/// Along both axes these are nine products of 4, 2, 4, 2, 1, 2, 4, 2 and 4 times the channels, whose columns are
/// cells; the sums of four of them are the outputs. The odd inputs' part is Winograd's F(2, 2) (S. Winograd,
/// Arithmetic Complexity of Computations, 1980; A. Lavin and S. Gray, Fast Algorithms for Convolutional Neural
/// Networks, 2016, for two axes), which stays within a small factor of the definition's rounding errors.
///
/// A panel of cells and all rows of a block are computed at a time, some channels after the other: these inputs
/// are transformed to the second cache, where the block's sums stay.
package enum WinogradKernels {
    /// Cells of a panel.
    package static var panelColumns: Int { ProductKernels.panelColumns }

    /// Inputs that are multiplied for a cell and channel, `[row][column]` of 5 × 5: d₀ − d₂, d₁, d₂, d₄ − d₂, d₃.
    static var inputPlaces: Int { 25 }

    /// Products of a cell.
    static var products: Int { 9 }

    /// From the inputs of one place to those of the next, in floats: a panel's line more than they take, because places
    /// a power of two apart would share sets of the first cache while they are written.
    @inline(__always)
    static func placeStep(_ channels: Int) -> Int { (channels &+ 1) &* panelColumns }

    /// Most channels whose inputs are transformed at a time.
    private static var largestPart: Int { 48 }

    /// Channels of all parts but the last.
    @inline(__always)
    static func partChannels(_ channels: Int) -> Int {
        let parts = Swift.max(1, (channels &+ largestPart &- 1) / largestPart)
        return Swift.max(1, (channels &+ parts &- 1) / parts)
    }

    /// Bytes of scratch for ``convolve(_:firstTile:endTile:first:end:scratch:)`` of up to as many tiles.
    package static func scratchBytes(_ p: CSIMDWinograd, tiles: Int) -> Int {
        Scratch.byteCount(p, tiles: tiles)
    }

    /// Cells `first..<end`, of all images one after the other, of the channels of some tiles.
    ///
    /// - Parameters:
    ///   - first: a multiple of ``panelColumns``.
    ///   - scratch: aligned to 64.
    @inline(never)
    package static func convolve(
        _ pointer: UnsafePointer<CSIMDWinograd>, firstTile: Int, endTile: Int, first: Int, end: Int,
        scratch: UnsafeMutableRawPointer
    ) {
        let p = pointer.pointee
        let scratch = Scratch(scratch, p, tiles: endTile &- firstTile)
        let fullPart = partChannels(p.channels)
        clear(scratch.zeros, 4 &* Vector.count)
        var n = first
        while n < end {
            let columns = Swift.min(panelColumns, end &- n)
            let runs = findRuns(p, n: n, columns, into: scratch.runs)
            if columns < panelColumns { clear(scratch.inputs, inputPlaces &* placeStep(fullPart)) }
            var channel = 0
            repeat {
                let channels = Swift.min(fullPart, p.channels &- channel)
                transformInputs(
                    p, channel: channel, channels, runs, zeros: scratch.zeros, into: scratch.inputs)
                var tile = firstTile
                while tile < endTile {
                    let row = ProductKernels.firstRow(p.a, tile: tile)
                    let rows = ProductKernels.firstRow(p.a, tile: tile &+ 1) &- row
                    let sums = scratch.sums + (tile &- firstTile) &* products &* tileSums
                    if channel == 0 { clear(sums, products &* tileSums) }
                    let weights = p.a.elements + 9 &* (channel &* p.a.rows &+ row &* channels)
                    addProducts(
                        weights, rows: rows, channels: channels, isWide: columns > Vector.count, scratch, sums
                    )
                    if channel &+ channels >= p.channels {
                        finish(p, row: row, rows, columns: columns, runs, sums, scratch.staging)
                    }
                    tile = tile &+ 1
                }
                channel = channel &+ channels
            } while channel < p.channels
            n = n &+ panelColumns
        }
    }

    /// Sums of one product of a tile.
    @inline(__always)
    static var tileSums: Int { ProductKernels.tileRows &* panelColumns }

    /// Adds what some channels give to a tile's nine products.
    ///
    /// - Parameter weights: `[place in the window][channel][row]`
    @inline(__always)
    private static func addProducts(
        _ weights: UnsafeMutablePointer<Float>, rows: Int, channels: Int, isWide: Bool, _ scratch: Scratch,
        _ sums: UnsafeMutablePointer<Float>
    ) {
        let size = channels &* rows
        transformWeights(weights, size, into: scratch.weights)
        // The next tile's weights, which follow, are asked for in as many steps as the products take; by a block's last
        // tile in vain.
        let steps = (channels &+ 7) / 8
        var prefetch = Prefetch(
            address: weights + 9 &* size, step: 36 &* size / (inputPlaces &* steps), placesAtOnce: 1)
        var product = 0
        while product < products {
            let (down, right) = (Axis(product: product / 3), Axis(product: product % 3))
            var count = 0
            var i = 0
            while i < down.count {
                var j = 0
                while j < right.count {
                    let (row, column) = (down.weight(i), right.weight(j))
                    let a =
                        row < 3 && column < 3
                        ? weights + (row &* 3 &+ column) &* size
                        : scratch.weights + transformedPlace(row, column) &* size
                    let input = down.input(i) &* 5 &+ right.input(j)
                    scratch.operands[count] = TileOperands(
                        a: a, b: scratch.inputs + input &* placeStep(channels))
                    count = count &+ 1
                    j = j &+ 1
                }
                i = i &+ 1
            }
            ProductKernels.addTile(
                rows: rows, isWide: isWide, UnsafeBufferPointer(start: scratch.operands, count: count),
                channels, sums + product &* tileSums, prefetch)
            prefetch = Prefetch(
                address: prefetch.address + count &* steps &* prefetch.step, step: prefetch.step,
                placesAtOnce: 1)
            product = product &+ 1
        }
    }

    @inline(__always)
    private static func clear(_ numbers: UnsafeMutablePointer<Float>, _ count: Int) {
        let zero = Vector.splat(0)
        var index = 0
        while index < count {
            Vector.store(numbers + index, zero)
            index = index &+ Vector.count
        }
    }
}

/// What one of the three products along one axis multiplies: of weights w₀, w₁, w₂ and w₀ + w₂, of inputs those
/// that ``WinogradKernels/inputPlaces`` lists.
private struct Axis {
    let product: Int

    @inline(__always) var count: Int { product == 1 ? 1 : 2 }

    @inline(__always)
    func weight(_ index: Int) -> Int { index == 1 ? 1 : product == 0 ? 0 : product == 1 ? 3 : 2 }

    @inline(__always)
    func input(_ index: Int) -> Int { (product == 0 ? 0 : product &+ 1) &+ index }
}

extension WinogradKernels {
    /// The memory of one thread.
    struct Scratch {
        /// `[place][channel][cell]`
        let inputs: UnsafeMutablePointer<Float>
        /// `[tile][product][row][cell]`
        let sums: UnsafeMutablePointer<Float>
        /// Sums of weights, `[place][channel][row]`; see ``transformWeights(_:_:into:)``.
        let weights: UnsafeMutablePointer<Float>
        /// Four vectors of them.
        let zeros: UnsafeMutablePointer<Float>
        /// Outputs on their way to C.
        let staging: UnsafeMutablePointer<Float>
        let operands: UnsafeMutablePointer<TileOperands>
        let runs: UnsafeMutablePointer<CellRun>

        init(_ base: UnsafeMutableRawPointer, _ p: CSIMDWinograd, tiles: Int) {
            let sizes = Self.sizes(p, tiles: tiles)
            inputs = base.assumingMemoryBound(to: Float.self)
            sums = inputs + sizes.inputs
            weights = sums + sizes.sums
            zeros = weights + sizes.weights
            staging = zeros + 4 &* Vector.count
            let rest = UnsafeMutableRawPointer(staging + stagingCount)
            operands = rest.assumingMemoryBound(to: TileOperands.self)
            runs = (rest + Self.operandBytes).assumingMemoryBound(to: CellRun.self)
        }

        static func byteCount(_ p: CSIMDWinograd, tiles: Int) -> Int {
            let sizes = sizes(p, tiles: tiles)
            let floats = sizes.inputs &+ sizes.sums &+ sizes.weights &+ 4 &* Vector.count &+ stagingCount
            return floats &* 4 &+ operandBytes &+ panelColumns &* MemoryLayout<CellRun>.stride
        }

        /// In floats, whole cache lines.
        private static func sizes(
            _ p: CSIMDWinograd, tiles: Int
        ) -> (inputs: Int, sums: Int, weights: Int) {
            let channels = partChannels(p.channels)
            return (
                (inputPlaces &* placeStep(channels) &+ 15) & ~15, tiles &* products &* tileSums,
                (transformedPlaces &* channels &* ProductKernels.tileRows &+ 15) & ~15
            )
        }

        private static var operandBytes: Int { 4 &* MemoryLayout<TileOperands>.stride }
    }
}
