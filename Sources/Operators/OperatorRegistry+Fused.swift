extension OperatorRegistry {
    /// Operators that only rewrite passes make; a model's file cannot name them.
    static let fusedOperators: [String: any Operator.Type] = [
        "CacheAppend": CacheAppend.self,
        "FusedAttention": FusedAttention.self,
        "MatMulNBitsGroup": MatMulNBitsGroup.self,
        "RotaryHeads": RotaryHeads.self,
        "SwiGLU": SwiGLU.self,
    ]

    /// Their domain.
    package static let fusedDomain = "fused"
}
