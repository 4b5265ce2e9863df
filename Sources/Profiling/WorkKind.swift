package import Transcription

/// What sort of work a node does, whatever it is called. Engines that fuse differently have few operators in common, but
/// the same work.
package enum WorkKind: String, Sendable, CaseIterable {
    case quantizedProducts = "products with quantised weights"
    case products = "float products"
    case convolution
    case attention
    case normalization = "normalisation"
    case activation
    case arithmetic = "arithmetic by element"
    case movement = "moving data"

    package init(_ node: Profile.Node) {
        let name = node.op.split(separator: ".").last.map(String.init) ?? node.op
        switch name {
        case _ where name.hasPrefix("MatMulNBits"), _ where name.hasSuffix("MatMulInteger"),
            _ where name.hasPrefix("QLinear"):
            self = .quantizedProducts
        case "MatMul", "FusedMatMul", "Gemm", "FusedGemm", "Linear":
            // Only attention multiplies what several heads computed with each other: weights are matrices.
            let isOfHeads = node.inputs.count > 1 && node.inputs[1].count > 2
            self = isOfHeads ? .attention : .products
        case _ where name.contains("Conv"), "ReorderInput", "ReorderOutput": self = .convolution
        case _ where name.contains("Attention"), "Softmax": self = .attention
        case _ where name.hasSuffix("Normalization"): self = .normalization
        case _ where name.contains("Gelu"), "SwiGLU", "Erf", "Sigmoid", "Tanh", "Relu", "Silu":
            self = .activation
        case _ where Self.arithmeticNames.contains(name): self = .arithmetic
        default: self = .movement
        }
    }

    private static let arithmeticNames: Set<String> = [
        "Add", "Sub", "Mul", "Div", "Pow", "Sqrt", "Reciprocal", "Neg", "Exp", "Log", "Abs", "Mod", "Min",
        "Max",
        "Sin", "Cos", "ReduceMean", "ReduceSum", "ReduceMax", "CumSum", "Where", "And", "Or", "Not", "Equal",
        "Less", "LessOrEqual", "Greater", "GreaterOrEqual", "RotaryHeads", "RotaryEmbedding",
    ]
}
