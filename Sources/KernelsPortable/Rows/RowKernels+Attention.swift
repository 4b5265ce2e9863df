extension RowKernels {
    /// `Σ a[k] * b[k]`.
    @inline(never)
    package static func dot(_ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>, count: Int) -> Float {
        inlineDot(a, b, count)
    }

    /// `output[j] = Σ query[k] * rows[j * stride + k]`: scores of one query with `rowCount` keys.
    @inline(never)
    package static func dotRows(
        _ query: UnsafePointer<Float>, rows: UnsafePointer<Float>, stride: Int, rowCount: Int,
        _ output: UnsafeMutablePointer<Float>, count: Int
    ) {
        var row = 0
        while row < rowCount {
            output[row] = inlineDot(query, rows + row &* stride, count)
            row = row &+ 1
        }
    }

    /// `output += factor * input`.
    @inline(never)
    package static func addScaled(
        _ input: UnsafePointer<Float>, factor: Float, to output: UnsafeMutablePointer<Float>, count: Int
    ) {
        let factor = Vector.splat(factor)
        let zero = Vector.splat(0)
        var i = 0
        while i < count {
            let left = left(count, i)
            let sum = Vector.loadFirst(output + i, left, fill: zero)
            let lanes = Vector.loadFirst(input + i, left, fill: zero)
            Vector.storeFirst(output + i, Vector.fma(lanes, factor, sum), left)
            i = i &+ Vector.count
        }
    }

    /// `output[k] = Σ weights[j] * rows[j * stride + k]`: the values of `rowCount` positions, weighted.
    /// `output` must not overlap the others.
    ///
    /// - Parameter isAdded: whether the sums are added to the output.
    @inline(never)
    package static func sumScaledRows(
        _ weights: UnsafePointer<Float>, rows: UnsafePointer<Float>, stride: Int, rowCount: Int,
        _ output: UnsafeMutablePointer<Float>, count: Int, isAdded: Bool
    ) {
        let zero = Vector.splat(0)
        var i = 0
        // Four vectors of the output stay in registers over all rows.
        while i &+ 4 &* Vector.count <= count {
            var s0 = zero, s1 = zero, s2 = zero, s3 = zero
            var from = rows + i
            var row = 0
            while row < rowCount {
                let weight = Vector.splat(weights[row])
                s0 = Vector.fma(weight, Vector.load(from), s0)
                s1 = Vector.fma(weight, Vector.load(from + Vector.count), s1)
                s2 = Vector.fma(weight, Vector.load(from + 2 &* Vector.count), s2)
                s3 = Vector.fma(weight, Vector.load(from + 3 &* Vector.count), s3)
                from += stride
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
                let lanes = Vector.loadFirst(rows + (row &* stride &+ i), left, fill: zero)
                sum = Vector.fma(Vector.splat(weights[row]), lanes, sum)
                row = row &+ 1
            }
            if isAdded { sum = Vector.add(Vector.loadFirst(output + i, left, fill: zero), sum) }
            Vector.storeFirst(output + i, sum, left)
            i = i &+ Vector.count
        }
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
