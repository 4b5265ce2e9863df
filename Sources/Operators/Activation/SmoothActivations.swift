internal import Foundation
internal import Kernels

/// ONNX `Swish`: `x · sigmoid(alpha · x)`.
struct Swish: Activation {
    private let alpha: Float

    init(_ node: OperatorNode) throws(OperatorError) {
        alpha = try node.attributes.float("alpha", default: 1)
    }

    var kernel: KernelTable.Activation? { alpha == 1 ? .silu : nil }
    func apply(_ x: FloatVector) -> FloatVector { x * sigmoid(x * alpha) }
    func apply(_ x: Double) -> Double { x / (1 + Foundation.exp(-Double(alpha) * x)) }
}

/// ONNX `HardSigmoid`: `alpha · x + beta` between 0 and 1.
struct HardSigmoid: Activation {
    private let alpha: Float
    private let beta: Float

    init(_ node: OperatorNode) throws(OperatorError) {
        alpha = try node.attributes.float("alpha", default: 0.2)
        beta = try node.attributes.float("beta", default: 0.5)
    }

    func apply(_ x: FloatVector) -> FloatVector { clampedToUnit(x * alpha + beta) }
    func apply(_ x: Double) -> Double { max(0, min(1, Double(alpha) * x + Double(beta))) }
}

/// ONNX `HardSwish`: `x` times `HardSigmoid` of slope 1/6.
struct HardSwish: Activation {
    init(_ node: OperatorNode) throws(OperatorError) {}

    func apply(_ x: FloatVector) -> FloatVector { x * clampedToUnit(x * (1 / 6) + 0.5) }
    func apply(_ x: Double) -> Double { x * max(0, min(1, x / 6 + 0.5)) }
}

@inline(__always)
private func clampedToUnit(_ x: FloatVector) -> FloatVector {
    x.replacing(with: 0, where: x .< 0).replacing(with: 1, where: x .> 1)
}

/// ONNX `Softplus`: `log(1 + e^x)`.
struct Softplus: Activation {
    init(_ node: OperatorNode) throws(OperatorError) {}

    func apply(_ x: FloatVector) -> FloatVector { softplus(x) }
    func apply(_ x: Double) -> Double { max(x, 0) + log1p(Foundation.exp(-abs(x))) }
}

/// ONNX `Mish`: `x · tanh(softplus(x))`.
struct Mish: Activation {
    init(_ node: OperatorNode) throws(OperatorError) {}

    func apply(_ x: FloatVector) -> FloatVector { x * tanh(softplus(x)) }
    func apply(_ x: Double) -> Double {
        x * Foundation.tanh(max(x, 0) + log1p(Foundation.exp(-abs(x))))
    }
}

/// ONNX `Softsign`: `x / (1 + |x|)`.
struct Softsign: Activation {
    init(_ node: OperatorNode) throws(OperatorError) {}

    func apply(_ x: FloatVector) -> FloatVector { x / (1 + absolute(x)) }
    func apply(_ x: Double) -> Double { x / (1 + abs(x)) }
}

/// The larger of x and 0 plus log(1 + e^−|x|), so that nothing overflows. The logarithm is the C library's:
/// no model of today spends time here.
private func softplus(_ x: FloatVector) -> FloatVector {
    var result = exp(-absolute(x))
    for lane in result.indices { result[lane] = log1p(result[lane]) }
    return result + x.replacing(with: 0, where: x .< 0)
}
