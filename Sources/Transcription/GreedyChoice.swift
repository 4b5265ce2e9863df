internal import Foundation
internal import Kernels
internal import Tensors

/// The likeliest token of a position.
struct GreedyChoice: Sendable {
    let token: Int
    /// Natural logarithm of its softmax probability.
    let logProbability: Double

    /// Logits whose powers are added up in float32; the sums of these parts in float64.
    private static let part = 4_096

    /// - Parameter logits: `[vocabulary]`. Of equal ones the first is chosen.
    init(_ logits: Tensor, _ kernels: KernelTable) throws(TranscriptionError) {
        let values = logits.span(Float.self)
        let largest = kernels.largest(values)
        var sum = 0.0
        for start in stride(from: 0, to: values.count, by: Self.part) {
            let part = values.extracting(start..<min(values.count, start + Self.part))
            sum += Double(kernels.exponentialSum(part, offset: largest))
        }
        var best = 0
        while best < values.count && values[best] != largest { best += 1 }
        // The powers of infinity and of what is no number are no numbers.
        guard best < values.count, sum.isFinite else {
            throw .execution("decoder: the logits are not numbers")
        }
        token = best
        logProbability = -log(sum)
    }
}
