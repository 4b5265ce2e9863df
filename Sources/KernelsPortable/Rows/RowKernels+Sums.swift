extension RowKernels {
    /// `a + b`, number by number.
    @inline(never)
    package static func add(
        _ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>, _ output: UnsafeMutablePointer<Float>,
        count: Int
    ) {
        var i = 0
        while i &+ Vector.count <= count {
            Vector.store(output + i, Vector.add(Vector.load(a + i), Vector.load(b + i)))
            i = i &+ Vector.count
        }
        if i < count {
            let zero = Vector.splat(0)
            let last = Vector.loadFirst(a + i, count &- i, fill: zero)
            let lastAddend = Vector.loadFirst(b + i, count &- i, fill: zero)
            Vector.storeFirst(output + i, Vector.add(last, lastAddend), count &- i)
        }
    }

    /// The largest number; minus infinity if there are none. NaN may go unnoticed.
    @inline(never)
    package static func largest(_ input: UnsafePointer<Float>, count: Int) -> Float {
        let lowest = Vector.splat(-.infinity)
        var largest = lowest
        var i = 0
        while i < count {
            largest = Vector.max(Vector.loadFirst(input + i, left(count, i), fill: lowest), largest)
            i = i &+ Vector.count
        }
        return Vector.largest(largest)
    }

    /// `Σ exp(x - offset)`.
    @inline(never)
    package static func exponentialSum(_ input: UnsafePointer<Float>, offset: Float, count: Int) -> Float {
        let lowest = Vector.splat(-.infinity)
        let offset = Vector.splat(offset)
        var sums = Vector.splat(0)
        var i = 0
        while i < count {
            let lanes = Vector.loadFirst(input + i, left(count, i), fill: lowest)
            sums = Vector.add(sums, exp(Vector.sub(lanes, offset)))
            i = i &+ Vector.count
        }
        return Vector.sum(sums)
    }
}
