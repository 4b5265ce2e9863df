package import ONNXFormat
internal import Tensors

/// How far a result may be from its reference.
package enum Tolerance: Sendable, Equatable {
    /// Length of the difference over the length of the reference. NaN and infinities must be the same.
    case relativeL2(Double)
    /// NumPy's and the ONNX backend tests' rule, for every element:
    /// `|found - expected| <= absolute + relative * |expected|`. NaN equals NaN.
    case elementwise(relative: Double, absolute: Double)

    /// The tolerance of a graph's outputs when the user gives none.
    ///
    /// Sums of float32 in another order differ by about 1e-6. Graphs that quantise activations cannot agree to
    /// float precision: one rounding to int8 that falls the other way moves everything after it, and inputs
    /// changed by 1e-7 make ONNX Runtime differ from itself by 7e-3.
    package static func standard(for graph: Graph) -> Tolerance {
        .relativeL2(graph.quantizesActivations ? quantizedActivations : float32)
    }

    /// Relative L2 of float32 arithmetic.
    package static let float32 = 1e-5
    /// Relative L2 behind activations that were rounded to int8.
    package static let quantizedActivations = 1.5e-2

    /// The same, but no stricter than the rounding of the type that the result is stored in.
    func allowingRounding(to type: ElementType) -> Tolerance {
        guard case .relativeL2(let limit) = self else { return self }
        switch type {
        case .float16: return .relativeL2(max(limit, 0x1p-10))
        case .bfloat16: return .relativeL2(max(limit, 0x1p-7))
        default: return self
        }
    }
}

extension Node {
    /// Whether the node multiplies activations that it rounds to int8 first.
    package var quantizesActivations: Bool {
        guard type == "MatMulNBits", case .int(4)? = attribute("accuracy_level") else { return false }
        return true
    }
}

extension Graph {
    var quantizesActivations: Bool {
        nodes.contains { $0.quantizesActivations || $0.subgraphs.contains(where: \.quantizesActivations) }
    }
}
