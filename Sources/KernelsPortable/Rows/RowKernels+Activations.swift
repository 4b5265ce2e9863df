extension RowKernels {
    /// `e^x`.
    @inline(never)
    package static func exp(
        _ input: UnsafePointer<Float>, _ output: UnsafeMutablePointer<Float>, count: Int
    ) {
        var i = 0
        while i &+ Vector.count <= count {
            Vector.store(output + i, exp(Vector.load(input + i)))
            i = i &+ Vector.count
        }
        if i < count {
            let last = Vector.loadFirst(input + i, count &- i, fill: Vector.splat(0))
            Vector.storeFirst(output + i, exp(last), count &- i)
        }
    }

    /// The error function.
    @inline(never)
    package static func erf(
        _ input: UnsafePointer<Float>, _ output: UnsafeMutablePointer<Float>, count: Int
    ) {
        var i = 0
        while i &+ Vector.count <= count {
            Vector.store(output + i, erf(Vector.load(input + i)))
            i = i &+ Vector.count
        }
        if i < count {
            let last = Vector.loadFirst(input + i, count &- i, fill: Vector.splat(0))
            Vector.storeFirst(output + i, erf(last), count &- i)
        }
    }

    /// `x (1 + erf(x / √2)) / 2`.
    @inline(never)
    package static func gelu(
        _ input: UnsafePointer<Float>, _ output: UnsafeMutablePointer<Float>, count: Int
    ) {
        var i = 0
        while i &+ Vector.count <= count {
            Vector.store(output + i, gelu(Vector.load(input + i)))
            i = i &+ Vector.count
        }
        if i < count {
            let last = Vector.loadFirst(input + i, count &- i, fill: Vector.splat(0))
            Vector.storeFirst(output + i, gelu(last), count &- i)
        }
    }

    /// `1 / (1 + e^-x)`.
    @inline(never)
    package static func sigmoid(
        _ input: UnsafePointer<Float>, _ output: UnsafeMutablePointer<Float>, count: Int
    ) {
        var i = 0
        while i &+ Vector.count <= count {
            Vector.store(output + i, sigmoid(Vector.load(input + i)))
            i = i &+ Vector.count
        }
        if i < count {
            let last = Vector.loadFirst(input + i, count &- i, fill: Vector.splat(0))
            Vector.storeFirst(output + i, sigmoid(last), count &- i)
        }
    }

    /// `x / (1 + e^-x)`.
    @inline(never)
    package static func silu(
        _ input: UnsafePointer<Float>, _ output: UnsafeMutablePointer<Float>, count: Int
    ) {
        var i = 0
        while i &+ Vector.count <= count {
            Vector.store(output + i, silu(Vector.load(input + i)))
            i = i &+ Vector.count
        }
        if i < count {
            let last = Vector.loadFirst(input + i, count &- i, fill: Vector.splat(0))
            Vector.storeFirst(output + i, silu(last), count &- i)
        }
    }

    /// `silu(gate) * up`.
    @inline(never)
    package static func siluProduct(
        _ gate: UnsafePointer<Float>, _ up: UnsafePointer<Float>, _ output: UnsafeMutablePointer<Float>,
        count: Int
    ) {
        var i = 0
        while i &+ Vector.count <= count {
            Vector.store(output + i, Vector.mul(silu(Vector.load(gate + i)), Vector.load(up + i)))
            i = i &+ Vector.count
        }
        if i < count {
            let zero = Vector.splat(0)
            let last = silu(Vector.loadFirst(gate + i, count &- i, fill: zero))
            let lastUp = Vector.loadFirst(up + i, count &- i, fill: zero)
            Vector.storeFirst(output + i, Vector.mul(last, lastUp), count &- i)
        }
    }

    /// `e^(x - max) / Σ e^(x - max)`.
    ///
    /// A row of equal numbers, be they the lowest there are, gives equal shares.
    @inline(never)
    package static func softmax(
        _ input: UnsafePointer<Float>, _ output: UnsafeMutablePointer<Float>, count: Int
    ) {
        let lowest = Vector.splat(-.infinity)
        var largest = lowest
        var i = 0
        while i < count {
            let left = Swift.min(Vector.count, count &- i)
            largest = Vector.max(largest, Vector.loadFirst(input + i, left, fill: lowest))
            i = i &+ Vector.count
        }
        let offset = Vector.splat(Vector.largest(largest))
        var sums = Vector.splat(0)
        i = 0
        while i < count {
            let left = Swift.min(Vector.count, count &- i)
            let lanes = Vector.loadFirst(input + i, left, fill: lowest)
            let powers = Vector.first(exp(Vector.sub(lanes, offset)), left)
            sums = Vector.add(sums, powers)
            Vector.storeFirst(output + i, powers, left)
            i = i &+ Vector.count
        }
        let factor = Vector.splat(1 / Vector.sum(sums))
        i = 0
        while i < count {
            let left = Swift.min(Vector.count, count &- i)
            let powers = Vector.loadFirst(output + i, left, fill: lowest)
            Vector.storeFirst(output + i, Vector.mul(powers, factor), left)
            i = i &+ Vector.count
        }
    }
}
