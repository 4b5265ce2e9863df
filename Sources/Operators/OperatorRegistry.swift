/// Operators by domain and type. Adding one is a file and a line here.
package struct OperatorRegistry: Sendable {
    private let types: [Key: any Operator.Type]

    private struct Key: Hashable {
        let domain: String
        let type: String
    }

    /// All operators of this engine.
    package static let standard = OperatorRegistry(
        [
            ("", onnxOperators), ("", neuralNetworkOperators), ("com.microsoft", contribOperators),
            (fusedDomain, fusedOperators),
        ])

    private init(_ operators: [(domain: String, types: [String: any Operator.Type])]) {
        var types: [Key: any Operator.Type] = [:]
        for (domain, implementations) in operators {
            for (type, implementation) in implementations {
                types[Key(domain: domain, type: type)] = implementation
            }
        }
        self.types = types
    }

    /// The implementation of an operator; nil if there is none.
    ///
    /// - Parameter domain: `ai.onnx` is the same as the empty domain.
    package func implementation(type: String, domain: String) -> (any Operator.Type)? {
        types[Key(domain: domain == "ai.onnx" ? "" : domain, type: type)]
    }
}
