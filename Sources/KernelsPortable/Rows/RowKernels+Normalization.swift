extension RowKernels {
    /// `(x - mean) / √(variance + epsilon) * scale + bias`, the variance that of all elements.
    ///
    /// - Parameter bias: nil means 0.
    @inline(never)
    package static func layerNorm(
        _ input: UnsafePointer<Float>, scale: UnsafePointer<Float>, bias: UnsafePointer<Float>?,
        epsilon: Float, _ output: UnsafeMutablePointer<Float>, count: Int
    ) {
        let zero = Vector.splat(0)
        var sums = zero
        var i = 0
        while i < count {
            sums = Vector.add(sums, Vector.loadFirst(input + i, left(count, i), fill: zero))
            i = i &+ Vector.count
        }
        let mean = Vector.splat(Vector.sum(sums) / Float(count))
        var squares = zero
        i = 0
        while i < count {
            let difference = Vector.sub(Vector.loadFirst(input + i, left(count, i), fill: mean), mean)
            squares = Vector.fma(difference, difference, squares)
            i = i &+ Vector.count
        }
        let variance = Vector.sum(squares) / Float(count)
        let factor = Vector.splat(1 / (variance + epsilon).squareRoot())
        i = 0
        while i < count {
            let left = left(count, i)
            let normal = Vector.mul(Vector.sub(Vector.loadFirst(input + i, left, fill: zero), mean), factor)
            var offset = zero
            if let bias { offset = Vector.loadFirst(bias + i, left, fill: zero) }
            let scaled = Vector.fma(normal, Vector.loadFirst(scale + i, left, fill: zero), offset)
            Vector.storeFirst(output + i, scaled, left)
            i = i &+ Vector.count
        }
    }

    /// `x / √(mean of squares + epsilon) * scale`.
    @inline(never)
    package static func rmsNorm(
        _ input: UnsafePointer<Float>, scale: UnsafePointer<Float>, epsilon: Float,
        _ output: UnsafeMutablePointer<Float>, count: Int
    ) {
        let zero = Vector.splat(0)
        var squares = zero
        var i = 0
        while i < count {
            let lanes = Vector.loadFirst(input + i, left(count, i), fill: zero)
            squares = Vector.fma(lanes, lanes, squares)
            i = i &+ Vector.count
        }
        let factor = Vector.splat(1 / (Vector.sum(squares) / Float(count) + epsilon).squareRoot())
        i = 0
        while i < count {
            let left = left(count, i)
            let normal = Vector.mul(Vector.loadFirst(input + i, left, fill: zero), factor)
            Vector.storeFirst(
                output + i, Vector.mul(normal, Vector.loadFirst(scale + i, left, fill: zero)), left)
            i = i &+ Vector.count
        }
    }

    /// How many lanes of the vector at `index` there are.
    @inline(__always)
    static func left(_ count: Int, _ index: Int) -> Int {
        Swift.min(Vector.count, count &- index)
    }
}
