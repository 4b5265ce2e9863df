package import CSIMD

extension WinogradKernels {
    /// Copies some tiles of the weights to where ``convolve(_:firstTile:endTile:first:end:scratch:)`` reads them.
    ///
    /// - Parameters:
    ///   - weights: `[row][channel][place in the window]` at any address.
    ///   - stride: between the starts of rows, in bytes.
    ///   - tiles: of a depth of 9 channels.
    @inline(never)
    package static func packTiles(
        _ weights: UnsafeRawPointer, stride: Int, into tiles: CSIMDTiles, first: Int, end: Int
    ) {
        let channels = tiles.depth / 9
        let fullPart = partChannels(channels)
        var tile = first
        while tile < end {
            let row = ProductKernels.firstRow(tiles, tile: tile)
            let rows = ProductKernels.firstRow(tiles, tile: tile &+ 1) &- row
            var channel = 0
            while channel < channels {
                let part = Swift.min(fullPart, channels &- channel)
                packPart(
                    weights + row &* stride + channel &* 36, stride: stride, rows: rows,
                    readableRows: tiles.rows &- row, channels: part,
                    into: tiles.elements + 9 &* (channel &* tiles.rows &+ row &* part))
                channel = channel &+ part
            }
            tile = tile &+ 1
        }
    }

    @inline(__always)
    private static func packPart(
        _ weights: UnsafeRawPointer, stride: Int, rows: Int, readableRows: Int, channels: Int,
        into output: UnsafeMutablePointer<Float>
    ) {
        let depth = 9 &* channels
        var place = WindowPlace(channels: channels)
        var k = 0
        if readableRows >= Vector.count {
            while k &+ 4 <= depth {
                let (c0, c1, c2, c3) = Vector.columns(weights + k &* 4, stride: stride)
                Vector.storeFirst(output + place.next() &* rows, c0, rows)
                Vector.storeFirst(output + place.next() &* rows, c1, rows)
                Vector.storeFirst(output + place.next() &* rows, c2, rows)
                Vector.storeFirst(output + place.next() &* rows, c3, rows)
                k = k &+ 4
            }
        }
        while k < depth {
            let to = output + place.next() &* rows
            var row = 0
            while row < rows {
                to[row] = csimd_load_f32(weights + row &* stride + k &* 4)
                row = row &+ 1
            }
            k = k &+ 1
        }
    }

    /// Places in a window of weights that are sums: the first and the last row and column added up.
    static var transformedPlaces: Int { 7 }

    /// Of the places with row or column 3, which stands for 0 plus 2.
    @inline(__always)
    static func transformedPlace(_ row: Int, _ column: Int) -> Int { column == 3 ? row : 4 &+ column }

    /// The sums of weights that ``transformedPlaces`` counts: those of the columns in rows 0, 1, 2 and 3, then those of
    /// the rows in columns 0, 1 and 2.
    ///
    /// - Parameters:
    ///   - weights: `[place in the window][size]`
    ///   - output: `[transformed place][size]`
    @inline(__always)
    static func transformWeights(
        _ weights: UnsafePointer<Float>, _ size: Int, into output: UnsafeMutablePointer<Float>
    ) {
        let zero = Vector.splat(0)
        var index = 0
        while index < size {
            let left = Swift.min(Vector.count, size &- index)
            let (from, to) = (weights + index, output + index)
            let w0 = Vector.loadFirst(from, left, fill: zero)
            let w2 = Vector.loadFirst(from + 2 &* size, left, fill: zero)
            let w6 = Vector.loadFirst(from + 6 &* size, left, fill: zero)
            let w8 = Vector.loadFirst(from + 8 &* size, left, fill: zero)
            let w1 = Vector.loadFirst(from + size, left, fill: zero)
            let w7 = Vector.loadFirst(from + 7 &* size, left, fill: zero)
            let w3 = Vector.loadFirst(from + 3 &* size, left, fill: zero)
            let w5 = Vector.loadFirst(from + 5 &* size, left, fill: zero)
            let (top, bottom) = (Vector.add(w0, w2), Vector.add(w6, w8))
            Vector.storeFirst(to, top, left)
            Vector.storeFirst(to + size, Vector.add(w3, w5), left)
            Vector.storeFirst(to + 2 &* size, bottom, left)
            Vector.storeFirst(to + 3 &* size, Vector.add(top, bottom), left)
            Vector.storeFirst(to + 4 &* size, Vector.add(w0, w6), left)
            Vector.storeFirst(to + 5 &* size, Vector.add(w1, w7), left)
            Vector.storeFirst(to + 6 &* size, Vector.add(w2, w8), left)
            index = index &+ Vector.count
        }
    }
}

/// Counts places in a window, channel after channel, as `[place][channel]`.
private struct WindowPlace {
    private let channels: Int
    private var place = 0
    private var channel = 0

    init(channels: Int) {
        self.channels = channels
    }

    @inline(__always)
    mutating func next() -> Int {
        let index = place &* channels &+ channel
        place = place &+ 1
        if place == 9 {
            place = 0
            channel = channel &+ 1
        }
        return index
    }
}
