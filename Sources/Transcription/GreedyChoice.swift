internal import Foundation
internal import Tensors

/// The likeliest token of a position.
struct GreedyChoice: Sendable {
    let token: Int
    /// Natural logarithm of its softmax probability.
    let logProbability: Double

    /// - Parameter logits: `[vocabulary]`. Of equal ones the first is chosen.
    init(_ logits: Tensor) throws(TranscriptionError) {
        let values = logits.span(Float.self)
        var best = 0
        var isFinite = true
        for index in 0..<values.count {
            if values[index] > values[best] { best = index }
            isFinite = isFinite && values[index] < .infinity
        }
        guard values.count > 0, isFinite else { throw .execution("decoder: the logits are not numbers") }
        let largest = values[best]
        var sum = 0.0
        for index in 0..<values.count { sum += Double(exp(values[index] - largest)) }
        token = best
        logProbability = -log(sum)
    }
}
