extension OperatorRegistry {
    /// Operators that only rewrite passes make; a model's file cannot name them.
    static let fusedOperators: [String: any Operator.Type] = [
        "FusedAttention": FusedAttention.self,
        "RotaryHeads": RotaryHeads.self,
        "SwiGLU": SwiGLU.self,
    ]

    /// Their domain.
    package static let fusedDomain = "fused"
}
