internal import Foundation
internal import Kernels
internal import Tensors

/// The Gaussian error linear unit: each element times the normal distribution's function of it.
private enum Gaussian {
    static func exact(_ x: Double) -> Double { 0.5 * x * Foundation.erfc(-x * 0.5.squareRoot()) }

    /// With the error function approximated by a hyperbolic tangent.
    @inline(__always)
    static func approximate(_ x: FloatVector) -> FloatVector {
        x * 0.5 * (1 + tanh(x * (x * x * 0.035_677_408 + 0.797_884_561)))
    }

    static func approximate(_ x: Double) -> Double {
        let inner = (2 / Double.pi).squareRoot() * (x + 0.044715 * x * x * x)
        return 0.5 * x * (1 + Foundation.tanh(inner))
    }
}

/// ONNX `Gelu`, exact or by the approximation with a hyperbolic tangent; also com.microsoft `Gelu`.
struct Gelu: Operator {
    private let isApproximate: Bool

    init(_ node: OperatorNode) throws(OperatorError) {
        switch try node.attributes.string("approximate") ?? "none" {
        case "none": isApproximate = false
        case "tanh": isApproximate = true
        case let other: throw .attribute(name: "approximate", reason: "is \(other)")
        }
    }

    func run(_ inputs: OperatorInputs, _ context: OperatorContext) throws(OperatorError) -> [Tensor] {
        let x = try inputs.tensor(0, "X", .float32, .float64, .float16, .bfloat16)
        if isApproximate {
            return [
                x.mappingElements(
                    on: context.pool, { Gaussian.approximate($0) }, { Gaussian.approximate($0) })
            ]
        }
        return [x.gelu(context)]
    }
}

extension Tensor {
    /// Exact `Gelu` of each element.
    func gelu(_ context: OperatorContext) -> Tensor {
        applying(.gelu, context) { Gaussian.exact($0) }
    }
}

/// com.microsoft `BiasGelu`: `Gelu` of the sum with a bias along the last axis.
struct BiasGelu: Operator {
    init(_ node: OperatorNode) throws(OperatorError) {}

    func run(_ inputs: OperatorInputs, _ context: OperatorContext) throws(OperatorError) -> [Tensor] {
        let a = try inputs.tensor(0, "A", .float32, .float64, .float16, .bfloat16)
        let bias = try inputs.tensor(1, "B")
        return [try a.applying(.gelu, adding: bias, context) { Gaussian.exact($0) }]
    }
}

/// com.microsoft `FastGelu`: the approximation with a hyperbolic tangent, of the sum with an optional bias.
struct FastGelu: Operator {
    init(_ node: OperatorNode) throws(OperatorError) {}

    func run(_ inputs: OperatorInputs, _ context: OperatorContext) throws(OperatorError) -> [Tensor] {
        let x = try inputs.tensor(0, "X", .float32, .float64, .float16, .bfloat16)
        guard let bias = inputs[1] else {
            return [
                x.mappingElements(
                    on: context.pool, { Gaussian.approximate($0) }, { Gaussian.approximate($0) })
            ]
        }
        return [
            try x.mappingElements(
                adding: bias, on: context.pool, { Gaussian.approximate($0) }, { Gaussian.approximate($0) })
        ]
    }
}

/// com.microsoft `QuickGelu`: `x · sigmoid(alpha · x)`.
struct QuickGelu: Activation {
    private let alpha: Float

    init(_ node: OperatorNode) throws(OperatorError) {
        alpha = try node.attributes.float("alpha", default: 1.702)
    }

    var kernel: KernelTable.Activation? { alpha == 1 ? .silu : nil }
    func apply(_ x: FloatVector) -> FloatVector { x * sigmoid(x * alpha) }
    func apply(_ x: Double) -> Double { x / (1 + Foundation.exp(-Double(alpha) * x)) }
}
