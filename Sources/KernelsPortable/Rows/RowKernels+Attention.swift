internal import CSIMD

extension RowKernels {
    /// `Σ a[k] * b[k]`.
    @inline(never)
    package static func dot(_ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>, count: Int) -> Float {
        inlineDot(a, b, count)
    }

    /// `output[i][j] = Σ queries[i][k] * rows[j][k]`: scores of a few queries with `rowCount` keys, which are
    /// `stride` bytes apart. Queries are `count` numbers apart, rows of the output `outputStride`.
    @inline(never)
    package static func dotRows(
        _ queries: UnsafePointer<Float>, queryCount: Int, rows: UnsafeRawPointer, stride: Int, rowCount: Int,
        _ output: UnsafeMutablePointer<Float>, outputStride: Int, count: Int
    ) {
        let rows = Rows(start: rows, stride: stride, size: count, arePacked: false)
        dotRows(queries, queryCount, rows, rowCount, output, outputStride, count)
    }

    /// ``dotRows(_:queryCount:rows:stride:rowCount:_:outputStride:count:)`` of packed rows.
    @inline(never)
    package static func dotPackedRows(
        _ queries: UnsafePointer<Float>, queryCount: Int, rows: UnsafeRawPointer, stride: Int, rowCount: Int,
        _ output: UnsafeMutablePointer<Float>, outputStride: Int, count: Int
    ) {
        let rows = Rows(start: rows, stride: stride, size: count, arePacked: true)
        dotRows(queries, queryCount, rows, rowCount, output, outputStride, count)
    }

    @inline(__always)
    private static func dotRows(
        _ queries: UnsafePointer<Float>, _ queryCount: Int, _ rows: Rows, _ rowCount: Int,
        _ output: UnsafeMutablePointer<Float>, _ outputStride: Int, _ count: Int
    ) {
        var query = 0
        while query < queryCount {
            // Two at a time, because a row that is loaded and made floats may as well serve two. An odd last one
            // is its own neighbour.
            let other = min(query &+ 1, queryCount &- 1)
            dotRows(
                queries + query &* count, queries + other &* count, rows, rowCount,
                output + query &* outputStride, output + other &* outputStride, count)
            query = query &+ 2
        }
    }

    @inline(__always)
    private static func dotRows(
        _ first: UnsafePointer<Float>, _ second: UnsafePointer<Float>, _ rows: Rows, _ rowCount: Int,
        _ firstOutput: UnsafeMutablePointer<Float>, _ secondOutput: UnsafeMutablePointer<Float>, _ count: Int
    ) {
        let zero = Vector.splat(0)
        var row = 0
        // Four rows at a time, whose sums across lanes are taken together.
        while row &+ 4 <= rowCount {
            let (r0, r1, r2, r3) = (rows[row], rows[row &+ 1], rows[row &+ 2], rows[row &+ 3])
            rows.prefetch(after: r0, byteCount: 4 &* rows.stride)
            var s0 = zero, s1 = zero, s2 = zero, s3 = zero
            var t0 = zero, t1 = zero, t2 = zero, t3 = zero
            var k = 0
            while k &+ Vector.count <= count {
                let (x, y) = (Vector.load(first + k), Vector.load(second + k))
                let (v0, v1, v2, v3) = (
                    rows.load(r0, k), rows.load(r1, k), rows.load(r2, k), rows.load(r3, k)
                )
                (s0, s1) = (Vector.fma(x, v0, s0), Vector.fma(x, v1, s1))
                (s2, s3) = (Vector.fma(x, v2, s2), Vector.fma(x, v3, s3))
                (t0, t1) = (Vector.fma(y, v0, t0), Vector.fma(y, v1, t1))
                (t2, t3) = (Vector.fma(y, v2, t2), Vector.fma(y, v3, t3))
                k = k &+ Vector.count
            }
            if k < count {
                let left = count &- k
                let x = Vector.loadFirst(first + k, left, fill: zero)
                let y = Vector.loadFirst(second + k, left, fill: zero)
                let (v0, v1) = (rows.loadFirst(r0, k, left), rows.loadFirst(r1, k, left))
                let (v2, v3) = (rows.loadFirst(r2, k, left), rows.loadFirst(r3, k, left))
                (s0, s1) = (Vector.fma(x, v0, s0), Vector.fma(x, v1, s1))
                (s2, s3) = (Vector.fma(x, v2, s2), Vector.fma(x, v3, s3))
                (t0, t1) = (Vector.fma(y, v0, t0), Vector.fma(y, v1, t1))
                (t2, t3) = (Vector.fma(y, v2, t2), Vector.fma(y, v3, t3))
            }
            Vector.storeSums(firstOutput + row, s0, s1, s2, s3)
            Vector.storeSums(secondOutput + row, t0, t1, t2, t3)
            row = row &+ 4
        }
        while row < rowCount {
            let r = rows[row]
            var s = zero, t = zero
            var k = 0
            while k < count {
                let left = left(count, k)
                let v = rows.loadFirst(r, k, left)
                s = Vector.fma(Vector.loadFirst(first + k, left, fill: zero), v, s)
                t = Vector.fma(Vector.loadFirst(second + k, left, fill: zero), v, t)
                k = k &+ Vector.count
            }
            firstOutput[row] = Vector.sum(s)
            secondOutput[row] = Vector.sum(t)
            row = row &+ 1
        }
        guard rows.arePacked else { return }
        row = 0
        while row < rowCount {
            let scale = rows.scale(rows[row])
            let (s, t) = (firstOutput[row] * scale, secondOutput[row] * scale)
            firstOutput[row] = s
            secondOutput[row] = t
            row = row &+ 1
        }
    }

    /// `output[i][k] = Σ weights[i][j] * rows[j][k]`: the values of `rowCount` positions, which are `stride` bytes
    /// apart, weighted for a few queries. Rows of weights are `weightStride` numbers apart, those of the output
    /// `count`. `output` must not overlap the others.
    ///
    /// - Parameter isAdded: whether the sums are added to the output.
    @inline(never)
    package static func sumScaledRows(
        _ weights: UnsafePointer<Float>, weightStride: Int, queryCount: Int, rows: UnsafeRawPointer,
        stride: Int, rowCount: Int, _ output: UnsafeMutablePointer<Float>, count: Int, isAdded: Bool
    ) {
        let rows = Rows(start: rows, stride: stride, size: count, arePacked: false)
        sumScaledRows(weights, weightStride, queryCount, rows, rowCount, output, count, isAdded)
    }

    /// ``sumScaledRows(_:weightStride:queryCount:rows:stride:rowCount:_:count:isAdded:)`` of packed rows.
    @inline(never)
    package static func sumScaledPackedRows(
        _ weights: UnsafePointer<Float>, weightStride: Int, queryCount: Int, rows: UnsafeRawPointer,
        stride: Int, rowCount: Int, _ output: UnsafeMutablePointer<Float>, count: Int, isAdded: Bool
    ) {
        let rows = Rows(start: rows, stride: stride, size: count, arePacked: true)
        sumScaledRows(weights, weightStride, queryCount, rows, rowCount, output, count, isAdded)
    }

    @inline(__always)
    private static func sumScaledRows(
        _ weights: UnsafePointer<Float>, _ weightStride: Int, _ queryCount: Int, _ rows: Rows,
        _ rowCount: Int,
        _ output: UnsafeMutablePointer<Float>, _ count: Int, _ isAdded: Bool
    ) {
        var query = 0
        while query < queryCount {
            let other = min(query &+ 1, queryCount &- 1)
            sumScaledRows(
                weights + query &* weightStride, weights + other &* weightStride, rows, rowCount,
                output + query &* count, output + other &* count, count, isAdded)
            query = query &+ 2
        }
    }

    @inline(__always)
    private static func sumScaledRows(
        _ first: UnsafePointer<Float>, _ second: UnsafePointer<Float>, _ rows: Rows, _ rowCount: Int,
        _ firstOutput: UnsafeMutablePointer<Float>, _ secondOutput: UnsafeMutablePointer<Float>, _ count: Int,
        _ isAdded: Bool
    ) {
        let zero = Vector.splat(0)
        var i = 0
        // Four vectors of either output stay in registers over all rows.
        while i &+ 4 &* Vector.count <= count {
            var s0 = zero, s1 = zero, s2 = zero, s3 = zero
            var t0 = zero, t1 = zero, t2 = zero, t3 = zero
            let (from, to) = (firstOutput + i, secondOutput + i)
            if isAdded {
                s0 = Vector.load(from)
                s1 = Vector.load(from + Vector.count)
                s2 = Vector.load(from + 2 &* Vector.count)
                s3 = Vector.load(from + 3 &* Vector.count)
                t0 = Vector.load(to)
                t1 = Vector.load(to + Vector.count)
                t2 = Vector.load(to + 2 &* Vector.count)
                t3 = Vector.load(to + 3 &* Vector.count)
            }
            var row = 0
            while row < rowCount {
                let r = rows[row]
                rows.prefetch(after: rows.address(r, i), byteCount: rows.byteCount(4 &* Vector.count))
                let x = Vector.splat(rows.scaled(first[row], r))
                let y = Vector.splat(rows.scaled(second[row], r))
                let v0 = rows.load(r, i)
                s0 = Vector.fma(x, v0, s0)
                t0 = Vector.fma(y, v0, t0)
                let v1 = rows.load(r, i &+ Vector.count)
                s1 = Vector.fma(x, v1, s1)
                t1 = Vector.fma(y, v1, t1)
                let v2 = rows.load(r, i &+ 2 &* Vector.count)
                s2 = Vector.fma(x, v2, s2)
                t2 = Vector.fma(y, v2, t2)
                let v3 = rows.load(r, i &+ 3 &* Vector.count)
                s3 = Vector.fma(x, v3, s3)
                t3 = Vector.fma(y, v3, t3)
                row = row &+ 1
            }
            Vector.store(from, s0)
            Vector.store(from + Vector.count, s1)
            Vector.store(from + 2 &* Vector.count, s2)
            Vector.store(from + 3 &* Vector.count, s3)
            Vector.store(to, t0)
            Vector.store(to + Vector.count, t1)
            Vector.store(to + 2 &* Vector.count, t2)
            Vector.store(to + 3 &* Vector.count, t3)
            i = i &+ 4 &* Vector.count
        }
        while i < count {
            let left = left(count, i)
            var s = isAdded ? Vector.loadFirst(firstOutput + i, left, fill: zero) : zero
            var t = isAdded ? Vector.loadFirst(secondOutput + i, left, fill: zero) : zero
            var row = 0
            while row < rowCount {
                let r = rows[row]
                let v = rows.loadFirst(r, i, left)
                s = Vector.fma(Vector.splat(rows.scaled(first[row], r)), v, s)
                t = Vector.fma(Vector.splat(rows.scaled(second[row], r)), v, t)
                row = row &+ 1
            }
            Vector.storeFirst(firstOutput + i, s, left)
            Vector.storeFirst(secondOutput + i, t, left)
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

    /// A weight of a row, with the row's scale if it has one.
    @inline(__always)
    func scaled(_ weight: Float, _ row: UnsafeRawPointer) -> Float {
        arePacked ? weight * scale(row) : weight
    }

    /// Asks for what lies as far behind what is needed now. Rows of one head are a single stream from memory, for which
    /// the hardware's own prefetching is too short-sighted.
    @inline(__always)
    func prefetch(after address: UnsafeRawPointer, byteCount: Int) {
        var offset = 0
        while offset < byteCount {
            csimd_prefetch_l2(address + (Self.bytesAhead &+ offset))
            offset = offset &+ 64
        }
    }

    private static var bytesAhead: Int { 4_096 }

    @inline(__always) func byteCount(_ numbers: Int) -> Int { numbers &* (arePacked ? 2 : 4) }

    @inline(__always)
    func address(_ row: UnsafeRawPointer, _ index: Int) -> UnsafeRawPointer { row + byteCount(index) }

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
