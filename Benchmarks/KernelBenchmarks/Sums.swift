import Kernels

extension KernelBenchmarks {
    /// The choice of a token among all.
    func addSums() {
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
