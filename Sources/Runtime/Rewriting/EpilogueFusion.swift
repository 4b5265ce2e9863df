internal import Operators
internal import Tensors

/// What is done to a float32 product right after it becomes part of it: bias, Gelu and residual of a `MatMul`
/// give `Linear`, Gelu of a `Conv` gives `ConvGelu`, and `ConvGelu` of a `ConvGelu` one of more layers.
///
/// So a product is written once, and not read and written again for each of these. Only where nobody else
/// reads it.
package struct EpilogueFusion: RewritePass {
    package let name = "EpilogueFusion"

    package init() {}

    package func apply(to graph: inout ComputeGraph, opsets: [String: Int]) -> Int {
        var products = Products(PatternGraph(graph))
        let count = graph.nodes.indices.count { products.absorb(at: $0) }
        graph = products.pattern.graph
        return count
    }

    /// A graph whose products take in what follows them.
    private struct Products {
        private(set) var pattern: PatternGraph
        private let isPrivate: [Bool]
        /// Layers of one node: it computes each inside the next one, and a file may have any number of them.
        private static let mostLayers = 8

        init(_ pattern: PatternGraph) {
            self.pattern = pattern
            isPrivate = pattern.privateValues()
        }

        /// - Returns: whether the node became part of a product.
        mutating func absorb(at index: Int) -> Bool {
            let node = pattern.graph.nodes[index]
            switch (node.domain, node.type) {
            case ("", "Add"): return absorbBias(node, at: index)
            case ("com.microsoft", "BiasGelu"): return absorbBias(node, at: index, activation: "gelu")
            case ("com.microsoft", "Gelu"): return absorbGelu(node, at: index)
            case ("com.microsoft", "SkipLayerNormalization"):
                return absorbSum(node, bias: node.input(4), norm: "LayerNormalization", [2, 3], at: index)
            case ("com.microsoft", "SkipSimplifiedLayerNormalization"):
                return absorbSum(
                    node, bias: node.input(3), norm: "SimplifiedLayerNormalization", [2], at: index)
            default: return false
            }
        }

        private mutating func absorbBias(
            _ node: ComputeGraph.Node, at index: Int, activation: String = "none"
        ) -> Bool {
            for (value, bias) in pattern.operands(node) {
                guard let product = product(value), product.bias == nil, isBias(bias, of: product) else {
                    continue
                }
                pattern.replace(
                    at: index,
                    with: node.becoming(
                        "Linear", domain: OperatorRegistry.fusedDomain, inputs: [product.a, product.b, bias],
                        ["activation": .string(activation)]))
                return true
            }
            return false
        }

        private mutating func absorbGelu(_ node: ComputeGraph.Node, at index: Int) -> Bool {
            guard let value = node.input(0), isPrivate[value], let convolution = pattern.node(value, "Conv"),
                pattern.constant(convolution.input(1))?.elementType == .float32
            else { return false }
            pattern.replace(
                at: index,
                with: node.becoming(
                    "ConvGelu", domain: OperatorRegistry.fusedDomain,
                    inputs: layers(before: convolution) + convolution.inputs.dropFirst(),
                    convolution.attributes))
            return true
        }

        /// The inputs of what computes a convolution's input, if it is a `ConvGelu` of the same attributes that
        /// becomes part of it; else just that input.
        private func layers(before convolution: ComputeGraph.Node) -> [ComputeGraph.ValueID?] {
            guard let value = convolution.input(0), isPrivate[value],
                let before = pattern.node(value, "ConvGelu", domain: OperatorRegistry.fusedDomain),
                before.attributes.equals(convolution.attributes), before.inputs.count / 2 < Self.mostLayers
            else { return [convolution.input(0)] }
            let missingBias = before.inputs.count.isMultiple(of: 2)
            return before.inputs + (missingBias ? [nil] : [])
        }

        /// Makes the product compute the sum that is normalised.
        ///
        /// - Parameter parameters: the norm's inputs after the sum, as inputs of the node.
        private mutating func absorbSum(
            _ node: ComputeGraph.Node, bias: ComputeGraph.ValueID?, norm: String, _ parameters: [Int],
            at index: Int
        ) -> Bool {
            guard node.outputs.count == 4, let sum = node.outputs[3], node.outputs[1] == nil,
                node.outputs[2] == nil, let input = node.input(0), let skip = node.input(1)
            else { return false }
            for (value, residual) in [(input, skip), (skip, input)] {
                // In the product's place, the residual must be known.
                guard let product = product(value), pattern.constant(residual) == nil,
                    pattern.place(residual) ?? -1 < product.place, bias == nil || product.bias == nil,
                    bias.map({ isBias($0, of: product) }) ?? true
                else { continue }
                let linear = pattern.graph.nodes[product.place].becoming(
                    "Linear", domain: OperatorRegistry.fusedDomain,
                    inputs: [product.a, product.b, bias ?? product.bias, residual], outputs: [sum])
                let epsilon = node.float("epsilon") ?? 1e-12
                let normalized = node.becoming(
                    norm, inputs: [sum] + parameters.map { node.input($0) }, outputs: [node.outputs[0]],
                    ["epsilon": .float(epsilon)])
                pattern.replace(at: product.place, with: linear)
                pattern.replace(at: index, with: normalized)
                return true
            }
            return false
        }

        private struct Product {
            let place: Int
            let a: ComputeGraph.ValueID
            let b: ComputeGraph.ValueID
            let columns: Int
            let bias: ComputeGraph.ValueID?
        }

        /// What a value is the product of, by float32 weights, with a bias at most.
        private func product(_ value: ComputeGraph.ValueID) -> Product? {
            guard isPrivate[value], let place = pattern.place(value) else { return nil }
            let node = pattern.graph.nodes[place]
            let isPlain = node.domain.isEmpty && node.type == "MatMul"
            let isBiased =
                node.domain == OperatorRegistry.fusedDomain && node.type == "Linear"
                && node.inputs.count == 3 && node.string("activation") == "none"
            guard isPlain || isBiased, let a = node.input(0), let b = node.input(1),
                let weights = pattern.constant(b), weights.elementType == .float32, weights.rank == 2
            else { return nil }
            return Product(place: place, a: a, b: b, columns: weights.shape[1], bias: node.input(2))
        }

        private func isBias(_ value: ComputeGraph.ValueID, of product: Product) -> Bool {
            guard let constant = pattern.constant(value) else { return false }
            return constant.elementType == .float32 && constant.shape == [product.columns]
        }
    }
}
