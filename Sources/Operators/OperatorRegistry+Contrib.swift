extension OperatorRegistry {
    /// Operators of the domain `com.microsoft`.
    static let contribOperators: [String: any Operator.Type] = [
        "BiasGelu": BiasGelu.self,
        "FastGelu": FastGelu.self,
        "FusedMatMul": FusedMatMul.self,
        "Gelu": Gelu.self,
        "GroupQueryAttention": GroupQueryAttention.self,
        "MatMulNBits": MatMulNBits.self,
        "MultiHeadAttention": MultiHeadAttention.self,
        "QuickGelu": QuickGelu.self,
        "RotaryEmbedding": ContribRotaryEmbedding.self,
        "SkipLayerNormalization": SkipLayerNormalization.self,
        "SkipSimplifiedLayerNormalization": SkipSimplifiedLayerNormalization.self,
    ]
}
