internal import CSIMD

extension RowKernels {
    /// `Σ a[k] * b[k]`.
    @inline(never)
    package static func dot(_ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>, count: Int) -> Float {
        inlineDot(a, b, count)
    }

    /// `output[j] = Σ query[k] * rows[j][k]`: scores of one query with `rowCount` keys, which are `stride` bytes apart.
    @inline(never)
    package static func dotRows(
        _ query: UnsafePointer<Float>, rows: UnsafeRawPointer, stride: Int, rowCount: Int,
        _ output: UnsafeMutablePointer<Float>, count: Int
    ) {
        dotRows(
            query, Rows(start: rows, stride: stride, size: count, arePacked: false), rowCount, output,
            count)
    }

    /// ``dotRows(_:rows:stride:rowCount:_:count:)`` of packed rows.
    @inline(never)
    package static func dotPackedRows(
        _ query: UnsafePointer<Float>, rows: UnsafeRawPointer, stride: Int, rowCount: Int,
        _ output: UnsafeMutablePointer<Float>, count: Int
    ) {
        dotRows(
            query, Rows(start: rows, stride: stride, size: count, arePacked: true), rowCount, output,
            count)
    }

    @inline(__always)
    private static func dotRows(
        _ query: UnsafePointer<Float>, _ rows: Rows, _ rowCount: Int, _ output: UnsafeMutablePointer<Float>,
        _ count: Int
    ) {
        let zero = Vector.splat(0)
        var row = 0
        // Four rows at a time, whose sums across lanes are taken together.
        while row &+ 4 <= rowCount {
            let (r0, r1, r2, r3) = (rows[row], rows[row &+ 1], rows[row &+ 2], rows[row &+ 3])
            rows.prefetch(after: r0, rows: 4)
            var s0 = zero, s1 = zero, s2 = zero, s3 = zero
            var k = 0
            while k &+ Vector.count <= count {
                let q = Vector.load(query + k)
                s0 = Vector.fma(q, rows.load(r0, k), s0)
                s1 = Vector.fma(q, rows.load(r1, k), s1)
                s2 = Vector.fma(q, rows.load(r2, k), s2)
                s3 = Vector.fma(q, rows.load(r3, k), s3)
                k = k &+ Vector.count
            }
            if k < count {
                let left = count &- k
                let q = Vector.loadFirst(query + k, left, fill: zero)
                s0 = Vector.fma(q, rows.loadFirst(r0, k, left), s0)
                s1 = Vector.fma(q, rows.loadFirst(r1, k, left), s1)
                s2 = Vector.fma(q, rows.loadFirst(r2, k, left), s2)
                s3 = Vector.fma(q, rows.loadFirst(r3, k, left), s3)
            }
            Vector.storeSums(output + row, s0, s1, s2, s3)
            if rows.arePacked {
                output[row] *= rows.scale(r0)
                output[row &+ 1] *= rows.scale(r1)
                output[row &+ 2] *= rows.scale(r2)
                output[row &+ 3] *= rows.scale(r3)
            }
            row = row &+ 4
        }
        while row < rowCount {
            let r = rows[row]
            var sum = zero
            var k = 0
            while k < count {
                let left = left(count, k)
                let q = Vector.loadFirst(query + k, left, fill: zero)
                sum = Vector.fma(q, rows.loadFirst(r, k, left), sum)
                k = k &+ Vector.count
            }
            output[row] = rows.arePacked ? Vector.sum(sum) * rows.scale(r) : Vector.sum(sum)
            row = row &+ 1
        }
    }

    /// `output[k] = Σ weights[j] * rows[j][k]`: the values of `rowCount` positions, which are `stride` bytes apart,
    /// weighted. `output` must not overlap the others.
    ///
    /// - Parameter isAdded: whether the sums are added to the output.
    @inline(never)
    package static func sumScaledRows(
        _ weights: UnsafePointer<Float>, rows: UnsafeRawPointer, stride: Int, rowCount: Int,
        _ output: UnsafeMutablePointer<Float>, count: Int, isAdded: Bool
    ) {
        sumScaledRows(
            weights, Rows(start: rows, stride: stride, size: count, arePacked: false), rowCount, output,
            count,
            isAdded)
    }

    /// ``sumScaledRows(_:rows:stride:rowCount:_:count:isAdded:)`` of packed rows.
    @inline(never)
    package static func sumScaledPackedRows(
        _ weights: UnsafePointer<Float>, rows: UnsafeRawPointer, stride: Int, rowCount: Int,
        _ output: UnsafeMutablePointer<Float>, count: Int, isAdded: Bool
    ) {
        sumScaledRows(
            weights, Rows(start: rows, stride: stride, size: count, arePacked: true), rowCount, output,
            count,
            isAdded)
    }

    @inline(__always)
    private static func sumScaledRows(
        _ weights: UnsafePointer<Float>, _ rows: Rows, _ rowCount: Int,
        _ output: UnsafeMutablePointer<Float>, _ count: Int, _ isAdded: Bool
    ) {
        let zero = Vector.splat(0)
        var i = 0
        // Four vectors of the output stay in registers over all rows.
        while i &+ 4 &* Vector.count <= count {
            var s0 = zero, s1 = zero, s2 = zero, s3 = zero
            var row = 0
            while row < rowCount {
                let r = rows[row]
                if i == 0 { rows.prefetch(after: r, rows: 1) }
                let weight = Vector.splat(rows.arePacked ? weights[row] * rows.scale(r) : weights[row])
                s0 = Vector.fma(weight, rows.load(r, i), s0)
                s1 = Vector.fma(weight, rows.load(r, i &+ Vector.count), s1)
                s2 = Vector.fma(weight, rows.load(r, i &+ 2 &* Vector.count), s2)
                s3 = Vector.fma(weight, rows.load(r, i &+ 3 &* Vector.count), s3)
                row = row &+ 1
            }
            let to = output + i
            if isAdded {
                s0 = Vector.add(Vector.load(to), s0)
                s1 = Vector.add(Vector.load(to + Vector.count), s1)
                s2 = Vector.add(Vector.load(to + 2 &* Vector.count), s2)
                s3 = Vector.add(Vector.load(to + 3 &* Vector.count), s3)
            }
            Vector.store(to, s0)
            Vector.store(to + Vector.count, s1)
            Vector.store(to + 2 &* Vector.count, s2)
            Vector.store(to + 3 &* Vector.count, s3)
            i = i &+ 4 &* Vector.count
        }
        while i < count {
            let left = left(count, i)
            var sum = zero
            var row = 0
            while row < rowCount {
                let r = rows[row]
                let weight = rows.arePacked ? weights[row] * rows.scale(r) : weights[row]
                sum = Vector.fma(Vector.splat(weight), rows.loadFirst(r, i, left), sum)
                row = row &+ 1
            }
            if isAdded { sum = Vector.add(Vector.loadFirst(output + i, left, fill: zero), sum) }
            Vector.storeFirst(output + i, sum, left)
            i = i &+ Vector.count
        }
    }

    /// Packs a row: `count` integers of 16 bits, `round(x / scale)` with `scale = max |x| / 32767`, then the
    /// scale. It is no number if one of the row is infinite or none.
    @inline(never)
    package static func packRow(
        _ input: UnsafePointer<Float>, _ output: UnsafeMutableRawPointer, count: Int
    ) {
        let zero = Vector.splat(0)
        var largest = zero
        var check = zero
        var i = 0
        while i < count {
            let lanes = Vector.loadFirst(input + i, left(count, i), fill: zero)
            largest = Vector.max(Vector.abs(lanes), largest)
            check = Vector.fma(lanes, zero, check)
            i = i &+ Vector.count
        }
        let isFinite = Vector.sum(check) == 0
        let magnitude = Vector.largest(largest)
        // Of rows of the smallest numbers the factor would be infinite.
        let isTiny = magnitude < 0x1p-100
        let factor = Vector.splat(isFinite && !isTiny ? 32_767 / magnitude : 0)
        i = 0
        while i < count {
            let left = left(count, i)
            let lanes = isFinite ? Vector.loadFirst(input + i, left, fill: zero) : zero
            Vector.storeFirstShorts(output + i &* 2, Vector.round(Vector.mul(lanes, factor)), left)
            i = i &+ Vector.count
        }
        csimd_store_f32(output + count &* 2, isFinite ? magnitude / 32_767 : .nan)
    }

    /// Rotary position embedding of one head of `2 * half` numbers, halves split:
    /// `y[i] = x[i] cos[i] - x[i + half] sin[i]`, `y[i + half] = x[i + half] cos[i] + x[i] sin[i]`.
    @inline(never)
    package static func rotate(
        _ input: UnsafePointer<Float>, cos: UnsafePointer<Float>, sin: UnsafePointer<Float>,
        _ output: UnsafeMutablePointer<Float>, half: Int
    ) {
        let zero = Vector.splat(0)
        var i = 0
        while i < half {
            let left = left(half, i)
            let low = Vector.loadFirst(input + i, left, fill: zero)
            let high = Vector.loadFirst(input + (half &+ i), left, fill: zero)
            let c = Vector.loadFirst(cos + i, left, fill: zero)
            let s = Vector.loadFirst(sin + i, left, fill: zero)
            Vector.storeFirst(output + i, Vector.sub(Vector.mul(low, c), Vector.mul(high, s)), left)
            let sum = Vector.add(Vector.mul(high, c), Vector.mul(low, s))
            Vector.storeFirst(output + (half &+ i), sum, left)
            i = i &+ Vector.count
        }
    }

    @inline(__always)
    private static func inlineDot(_ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>, _ count: Int) -> Float
    {
        // Four chains of additions, so that they do not wait for each other.
        let zero = Vector.splat(0)
        var s0 = zero, s1 = zero, s2 = zero, s3 = zero
        var k = 0
        while k &+ 4 &* Vector.count <= count {
            let (x, y) = (a + k, b + k)
            s0 = Vector.fma(Vector.load(x), Vector.load(y), s0)
            s1 = Vector.fma(Vector.load(x + Vector.count), Vector.load(y + Vector.count), s1)
            s2 = Vector.fma(Vector.load(x + 2 &* Vector.count), Vector.load(y + 2 &* Vector.count), s2)
            s3 = Vector.fma(Vector.load(x + 3 &* Vector.count), Vector.load(y + 3 &* Vector.count), s3)
            k = k &+ 4 &* Vector.count
        }
        while k < count {
            let left = left(count, k)
            let x = Vector.loadFirst(a + k, left, fill: zero)
            s0 = Vector.fma(x, Vector.loadFirst(b + k, left, fill: zero), s0)
            k = k &+ Vector.count
        }
        return Vector.sum(Vector.add(Vector.add(s0, s1), Vector.add(s2, s3)))
    }
}

/// Rows of float32, or packed ones: 16-bit integers and behind them their scale.
private struct Rows {
    let start: UnsafeRawPointer
    /// Bytes from row to row.
    let stride: Int
    /// Numbers of a row.
    let size: Int
    let arePacked: Bool

    @inline(__always) subscript(row: Int) -> UnsafeRawPointer { start + row &* stride }

    /// Of a packed row.
    @inline(__always) func scale(_ row: UnsafeRawPointer) -> Float { csimd_load_f32(row + size &* 2) }

    /// Asks for what some rows further on will need. Rows of one head are a single stream from memory, for which
    /// the hardware's own prefetching is too short-sighted.
    @inline(__always)
    func prefetch(after row: UnsafeRawPointer, rows: Int) {
        var offset = 0
        while offset < rows &* stride {
            csimd_prefetch(row + (Self.bytesAhead &+ offset))
            offset = offset &+ 64
        }
    }

    private static var bytesAhead: Int { 4_096 }

    /// Not yet scaled.
    @inline(__always)
    func load(_ row: UnsafeRawPointer, _ index: Int) -> Vector.Lanes {
        arePacked
            ? Vector.loadShorts(row + index &* 2)
            : Vector.load((row + index &* 4).assumingMemoryBound(to: Float.self))
    }

    /// The first `count` lanes, zeros in the others.
    @inline(__always)
    func loadFirst(_ row: UnsafeRawPointer, _ index: Int, _ count: Int) -> Vector.Lanes {
        arePacked
            ? Vector.loadFirstShorts(row + index &* 2, count)
            : Vector.loadFirst(
                (row + index &* 4).assumingMemoryBound(to: Float.self), count, fill: Vector.splat(0))
    }
}
