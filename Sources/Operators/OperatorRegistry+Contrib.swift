extension OperatorRegistry {
    /// Operators of the domain `com.microsoft`.
    static let contribOperators: [String: any Operator.Type] = [
        "MatMulNBits": MatMulNBits.self
    ]
}
