/// What a `.onnx` file says. Immutable; weights are views of the mapped files.
package struct Model: Sendable {
    /// Version of the file format.
    package let irVersion: Int
    /// Versions of the operator sets by domain; ONNX's own has the empty domain.
    package let operatorSets: [String: Int]
    package let producer: Producer
    package let graph: Graph
    /// The model's own key-value pairs.
    package let metadata: [String: String]

    package init(
        irVersion: Int = 10, operatorSets: [String: Int], producer: Producer = Producer(), graph: Graph,
        metadata: [String: String] = [:]
    ) {
        self.irVersion = irVersion
        self.operatorSets = operatorSets
        self.producer = producer
        self.graph = graph
        self.metadata = metadata
    }

    /// Who made the model; empty where the file does not say.
    package struct Producer: Sendable, Equatable {
        package let name: String
        package let version: String
        /// The model's domain, a reversed DNS name.
        package let domain: String
        package let modelVersion: Int

        package init(name: String = "", version: String = "", domain: String = "", modelVersion: Int = 0) {
            self.name = name
            self.version = version
            self.domain = domain
            self.modelVersion = modelVersion
        }
    }

    /// Version of the operator set that defines a node's operator.
    package func operatorSet(of node: Node) -> Int {
        // The loader has checked that every domain in use is imported.
        operatorSets[node.domain] ?? 0
    }
}
