internal import Foundation

/// ONNX `LeakyRelu`: `alpha · x` for negative elements.
struct LeakyRelu: Activation {
    private let alpha: Float

    init(_ node: OperatorNode) throws(OperatorError) {
        alpha = try node.attributes.float("alpha", default: 0.01)
    }

    func apply(_ x: FloatVector) -> FloatVector { x.replacing(with: x * alpha, where: x .< 0) }
    func apply(_ x: Double) -> Double { x < 0 ? Double(alpha) * x : x }
}

/// ONNX `ThresholdedRelu`: 0 for elements up to `alpha`.
struct ThresholdedRelu: Activation {
    private let alpha: Float

    init(_ node: OperatorNode) throws(OperatorError) {
        alpha = try node.attributes.float("alpha", default: 1)
    }

    func apply(_ x: FloatVector) -> FloatVector { x.replacing(with: 0, where: x .<= alpha) }
    func apply(_ x: Double) -> Double { x <= Double(alpha) ? 0 : x }
}

/// ONNX `Elu`: `alpha · (e^x − 1)` for negative elements.
struct Elu: Activation {
    private let alpha: Float

    init(_ node: OperatorNode) throws(OperatorError) {
        alpha = try node.attributes.float("alpha", default: 1)
    }

    func apply(_ x: FloatVector) -> FloatVector {
        x.replacing(with: expMinusOne(x) * alpha, where: x .< 0)
    }

    func apply(_ x: Double) -> Double { x < 0 ? Double(alpha) * expm1(x) : x }
}

/// ONNX `Selu`: `Elu` times `gamma`.
struct Selu: Activation {
    private let alpha: Float
    private let gamma: Float

    init(_ node: OperatorNode) throws(OperatorError) {
        alpha = try node.attributes.float("alpha", default: 1.673_263_2)
        gamma = try node.attributes.float("gamma", default: 1.050_701)
    }

    func apply(_ x: FloatVector) -> FloatVector {
        x.replacing(with: expMinusOne(x) * alpha, where: x .<= 0) * gamma
    }

    func apply(_ x: Double) -> Double { Double(gamma) * (x <= 0 ? Double(alpha) * expm1(x) : x) }
}

/// ONNX `Celu`: `alpha · (e^(x / alpha) − 1)` for negative elements.
struct Celu: Activation {
    private let alpha: Float

    init(_ node: OperatorNode) throws(OperatorError) {
        alpha = try node.attributes.float("alpha", default: 1)
    }

    func apply(_ x: FloatVector) -> FloatVector {
        x.replacing(with: expMinusOne(x / alpha) * alpha, where: x .< 0)
    }

    func apply(_ x: Double) -> Double { x < 0 ? Double(alpha) * expm1(x / Double(alpha)) : x }
}
