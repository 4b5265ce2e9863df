internal import CSIMD

extension ProductKernels {
    /// Bytes of the table of runs for one panel: at worst every column is a run.
    static func patchRunBytes(_ product: CSIMDProduct) -> Int {
        guard let patches = product.patches?.pointee else { return 0 }
        return patches.window_height &* patches.window_width &* (panelColumns &+ 1) &* 24
    }

    /// The part of a panel that patches of an image fill: a row for each channel and place in the window.
    ///
    /// A place in the window reads the same places in every channel, so these are found once for the panel:
    /// runs of columns whose elements are equally far apart in a row of the image.
    @inline(never)
    static func packPatches(
        _ p: CSIMDProduct, _ patches: CSIMDPatches, k: Int, _ depth: Int, n: Int, _ columns: Int,
        into panel: UnsafeMutablePointer<Float>, _ table: UnsafeMutableRawPointer
    ) {
        let taps = patches.window_height &* patches.window_width
        let slots = panelColumns &+ 1
        let runs = table.assumingMemoryBound(to: Run.self)
        var tap = 0
        while tap < Swift.min(taps, depth) {
            let place = (k &+ tap) % taps
            findRuns(patches, tap: place, n: n, columns, into: runs + place &* slots)
            tap = tap &+ 1
        }
        let step = patches.column_stride
        let channelSize = patches.height &* patches.width
        let zero = Vector.splat(0)
        var place = k % taps
        var image = p.b.assumingMemoryBound(to: Float.self) + (k / taps) &* channelSize
        var to = panel
        var index = 0
        while index < depth {
            var run = runs + place &* slots
            Vector.store(to, zero)
            Vector.store(to + Vector.count, zero)
            while run.pointee.count > 0 {
                let r = run.pointee
                copy(image + r.source, step: step, to + r.column, count: r.count)
                run += 1
            }
            to += panelColumns
            place = place &+ 1
            if place == taps {
                place = 0
                image += channelSize
            }
            index = index &+ 1
        }
    }

    @inline(__always)
    private static func copy(
        _ from: UnsafePointer<Float>, step: Int, _ to: UnsafeMutablePointer<Float>, count: Int
    ) {
        let zero = Vector.splat(0)
        var i = 0
        while i < count {
            let left = Swift.min(Vector.count, count &- i)
            if step == 1 {
                Vector.storeFirst(to + i, Vector.loadFirst(from + i, left, fill: zero), left)
            } else if step == 2 {
                Vector.storeFirst(to + i, Vector.loadEven(from + 2 &* i, left), left)
            } else {
                var lane = i
                while lane < i &+ left {
                    to[lane] = from[lane &* step]
                    lane = lane &+ 1
                }
            }
            i = i &+ Vector.count
        }
    }

    /// What one place in the window reads for the columns of a panel; a run of no columns ends the list.
    @inline(__always)
    private static func findRuns(
        _ p: CSIMDPatches, tap: Int, n: Int, _ columns: Int, into output: UnsafeMutablePointer<Run>
    ) {
        let down = tap / p.window_width &* p.row_dilation &- p.top
        let right = tap % p.window_width &* p.column_dilation &- p.left
        var run = output
        var column = 0
        var y = n / p.output_width
        var x = n % p.output_width
        while column < columns {
            let count = Swift.min(columns &- column, p.output_width &- x)
            let row = y &* p.row_stride &+ down
            if row >= 0 && row < p.height {
                let start = x &* p.column_stride &+ right
                // The first and the end of those that are within the image.
                let low = start >= 0 ? 0 : Swift.min(count, (p.column_stride &- 1 &- start) / p.column_stride)
                let beyond = p.width &- start
                let high =
                    beyond <= 0
                    ? 0 : Swift.min(count, (beyond &+ p.column_stride &- 1) / p.column_stride)
                if low < high {
                    run.pointee = Run(
                        column: column &+ low, count: high &- low,
                        source: row &* p.width &+ start &+ low &* p.column_stride)
                    run += 1
                }
            }
            column = column &+ count
            x = 0
            y = y &+ 1
        }
        run.pointee = Run(column: 0, count: 0, source: 0)
    }
}

/// Columns of a panel whose elements are equally far apart in a channel.
private struct Run {
    let column: Int
    let count: Int
    /// Of the first element in its channel.
    let source: Int
}
