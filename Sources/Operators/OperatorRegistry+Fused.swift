extension OperatorRegistry {
    /// Operators that only rewrite passes make; a model's file cannot name them.
    static let fusedOperators: [String: any Operator.Type] = [
        "CacheAppend": CacheAppend.self,
        "ConvGelu": ConvGelu.self,
        "FusedAttention": FusedAttention.self,
        "Linear": Linear.self,
        "MatMulNBitsGroup": MatMulNBitsGroup.self,
        "MatMulNBitsSwiGLU": MatMulNBitsSwiGLU.self,
        "ReshapeTranspose": ReshapeTranspose.self,
        "RotaryHeads": RotaryHeads.self,
        "SwiGLU": SwiGLU.self,
    ]

    /// Their domain.
    package static let fusedDomain = "fused"
}
