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
}
