extension OperatorRegistry {
    /// Operators of ONNX's default domain.
    static let onnxOperators: [String: any Operator.Type] = [:]
}
