internal import Operators
internal import Tensors

// Reasons, for an operator left over, that its layer was not fused; nil if it is not part of such a layer.

extension NearMatches {
    func attention(_ softmax: Node) -> String? {
        let fusion = AttentionFusion()
        guard softmax.integer("axis") == -1 else {
            return softmax.integer("axis").map { "its axis is \($0), not -1" }
                ?? "its axis is not given as -1"
        }
        guard let scores = fusion.scores(softmax.input(0), in: graph) else {
            return "its input is no MatMul, scaled by a float32 constant or with a mask added at most, but "
                + "the result of \(origin(of: softmax.input(0)))"
        }
        guard fusion.keys(scores.transposedKeys, in: graph) != nil else {
            return "the keys are not transposed by [0, 1, 3, 2] or [0, 2, 3, 1], but the result of "
                + origin(of: scores.transposedKeys)
        }
        let sums = readers(of: softmax, "MatMul").filter { $0.input(0) == softmax.outputs.first }
        if sums.isEmpty { return "no MatMul with values reads it" }
        let isTransposed = sums.contains { sum in
            readers(of: sum, "Transpose").contains { $0.integers("perm") == [0, 2, 1, 3] }
        }
        return isTransposed
            ? Self.isReadElsewhere : "the weighted sum of values is not transposed by [0, 2, 1, 3]"
    }

    func rmsNorm(_ root: Node) -> String? {
        if graph.node(root.input(0), "ReduceMean") != nil { return "no epsilon is added to the mean" }
        guard let sum = graph.node(root.input(0), "Add"),
            let reduction = sum.inputs.lazy.compactMap({ graph.node($0, "ReduceMean") }).first
        else { return nil }
        guard graph.scalarOperand(sum) != nil else { return "the epsilon is not a float32 constant" }
        guard graph.axes(reduction) == [-1] else {
            return graph.axes(reduction).map { "the mean is over the axes \($0), not [-1]" }
                ?? "the axes of the mean are not constant"
        }
        guard reduction.integer("keepdims") ?? 1 == 1 else { return "the mean does not keep its axis" }
        guard let x = squared(reduction.input(0)) else {
            return "the mean is not of squares, but of the result of \(origin(of: reduction.input(0)))"
        }
        let normalized = self.normalized(x, by: root)
        if normalized.isEmpty { return "what is squared is not what the root divides" }
        let isScaled = normalized.contains { product in
            !products(of: product) {
                graph.constant($0).map { $0.rank == 1 && $0.elementType == .float32 } ?? false
            }.isEmpty
        }
        return isScaled ? Self.isReadElsewhere : "the result is not scaled by a float32 constant of rank 1"
    }

    private func squared(_ value: ValueID?) -> ValueID? {
        if let power = graph.node(value, "Pow") {
            return graph.scalar(power.input(1)) == 2 ? power.input(0) : nil
        }
        guard let square = graph.node(value, "Mul"), square.input(0) == square.input(1) else { return nil }
        return square.input(0)
    }

    /// The nodes that divide `x` by a root, or multiply it by the root's inverse.
    private func normalized(_ x: ValueID, by root: Node) -> [Node] {
        let quotients = readers(of: root, "Div").filter { $0.input(1) == root.outputs.first }
        let inverses =
            readers(of: root, "Reciprocal") + quotients.filter { graph.scalar($0.input(0)) == 1 }
        return quotients.filter { $0.input(0) == x } + inverses.flatMap { products(of: $0) { $0 == x } }
    }

    func gelu(_ erf: Node) -> String? {
        let root = Float(2).squareRoot()
        let x: ValueID?
        if let quotient = graph.node(erf.input(0), "Div") {
            x =
                graph.scalar(quotient.input(1)).map { abs($0 - root) < 1e-6 } ?? false
                ? quotient.input(0) : nil
        } else {
            x = graph.operand(graph.node(erf.input(0), "Mul"), besides: 1 / root, tolerance: 1e-6)
        }
        guard let x else { return "its argument is not x / √2 with a float32 constant" }
        let sums = readers(of: erf, "Add").filter {
            graph.operand($0, besides: 1) == erf.outputs.first
        }
        if sums.isEmpty { return "the float32 constant 1 is not added to it" }
        let products = sums.flatMap { readers(of: $0, "Mul") }
        if products.isEmpty { return "1 + erf(x / √2) is not a factor of a product" }
        let isRead = readers(of: x).contains { $0.type == "Gelu" || $0.type == "BiasGelu" }
        return isRead
            ? Self.isReadElsewhere : "1 + erf(x / √2) is not multiplied by x and the float32 constant ½"
    }

    func swiGLU(_ gate: Node) -> String? {
        var activated = [gate]
        if gate.type == "Sigmoid" {
            activated = products(of: gate) { $0 == gate.input(0) }
            if activated.isEmpty { return "it is not multiplied by its own argument" }
        } else if gate.float("alpha") != 1 {
            return "its alpha is not 1"
        }
        let isGating = activated.contains { activated in
            !products(of: activated) { $0 != gate.input(0) && graph.constant($0) == nil }.isEmpty
        }
        return isGating ? Self.isReadElsewhere : "g · sigmoid(g) is not multiplied by another computed value"
    }
}
