import Kernels

extension KernelBenchmarks {
    /// What two rows, or one, add up to; and the choice of a token among all.
    func addSums() {
        let length = 2048
        add("dot product \(length)", .numbers(length), calls: 100) { this in
            let (a, b) = (Self.floats(length), Self.floats(length))
            var sum: Float = 0
            return { _ in sum += this.kernels.dot(a.span, b.span) }
        }
        add("scaled addition \(length)", .numbers(length), calls: 100) { this in
            let input = Self.floats(length)
            var output = input
            return { _ in
                var span = output.mutableSpan
                this.kernels.addScaled(input.span, factor: 1e-6, to: &span)
            }
        }
        let vocabulary = 151_936
        add("largest of \(vocabulary)", .numbers(vocabulary)) { this in
            let logits = Self.floats(vocabulary)
            var largest: Float = 0
            return { _ in largest = max(largest, this.kernels.largest(logits.span)) }
        }
        add("exponential sum \(vocabulary)", .numbers(vocabulary)) { this in
            let logits = Self.floats(vocabulary)
            var sum: Float = 0
            return { _ in sum += this.kernels.exponentialSum(logits.span, offset: 0.15) }
        }
    }
}
