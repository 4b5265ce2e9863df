extension OperatorRegistry {
    /// Operators of the domain `com.microsoft`.
    static let contribOperators: [String: any Operator.Type] = [
        "FusedMatMul": FusedMatMul.self
    ]
}
