import Operators
import Runtime
import Tensors
import Testing
import Threading

/// Each pass on the smallest graphs that it rewrites, and on ones that only look alike.
@Suite struct RewritePassTests {
    private static let context = OperatorContext(pool: ThreadPool(threads: 1))

    /// The types of the nodes after a pass, with what nobody reads removed, and whether the graph still computes
    /// what it did.
    func types(
        after pass: any RewritePass, _ graph: ComputeGraph, _ inputs: [Tensor],
        sourceLocation: SourceLocation = #_sourceLocation
    ) throws -> [String] {
        try types(after: [pass], graph, inputs, sourceLocation: sourceLocation)
    }

    /// The types of a graph's nodes after some passes, which must not change what it computes.
    func types(
        after passes: [any RewritePass], _ graph: ComputeGraph, _ inputs: [Tensor],
        sourceLocation: SourceLocation = #_sourceLocation
    ) throws -> [String] {
        let opsets = ["": 18, "com.microsoft": 1]
        func outputs(_ graph: ComputeGraph) throws -> [[Float]] {
            let plan = try Plan(graph, opsets: opsets, registry: .standard)
            return try plan.run(feeding: Array(zip(graph.inputs, inputs)), Self.context)
                .map { $0.array(Float.self) }
        }
        var rewritten = graph
        for pass in passes { _ = pass.apply(to: &rewritten, opsets: opsets) }
        _ = DeadNodeRemoval().apply(to: &rewritten, opsets: opsets)
        for (before, after) in zip(try outputs(graph), try outputs(rewritten)) {
            let isClose = zip(before, after).allSatisfy { abs($0 - $1) <= 1e-5 * max(1, abs($0)) }
            #expect(isClose && before.count == after.count, sourceLocation: sourceLocation)
        }
        return rewritten.nodes.map(\.type)
    }

    func wave(_ shape: Shape, _ seed: Float = 1) -> Tensor {
        Tensor((0..<shape.elementCount).map { Float(($0 * 37 + 11) % 53) / 26 - seed }, shape: shape)
    }

    // MARK: Norms

    enum Inverse: CaseIterable { case reciprocal, quotient, division }

    private func rmsNorm(
        _ builder: inout GraphBuilder, _ x: Int, axis: Int64 = -1, inverse: Inverse = .reciprocal,
        of other: Int? = nil
    ) -> Int {
        let square = builder.node("Pow", other ?? x, builder.scalar(2))
        let mean = builder.node("ReduceMean", square, builder.integers(axis))
        let root = builder.node("Sqrt", builder.node("Add", mean, builder.scalar(1e-6)))
        let normalized =
            switch inverse {
            case .reciprocal: builder.node("Mul", x, builder.node("Reciprocal", root))
            case .quotient: builder.node("Mul", builder.node("Div", builder.scalar(1), root), x)
            case .division: builder.node("Div", x, root)
            }
        return builder.node("Mul", builder.constant(wave([4], 0.5)), normalized)
    }

    @Test(arguments: Inverse.allCases)
    func rootMeanSquareNorm(inverse: Inverse) throws {
        var builder = GraphBuilder()
        let norm = rmsNorm(&builder, builder.input("x"), inverse: inverse)
        let types = try types(after: RMSNormFusion(), builder.finished(norm), [wave([3, 4])])
        #expect(types == ["SimplifiedLayerNormalization"])
    }

    @Test func normsOfOtherAxesAndOtherValuesStay() throws {
        var builder = GraphBuilder()
        let x = builder.input("x")
        let first = rmsNorm(&builder, x, axis: 0)
        let second = rmsNorm(&builder, x, of: builder.node("Neg", x))
        let types = try types(after: RMSNormFusion(), builder.finished(first, second), [wave([4, 4])])
        #expect(!types.contains("SimplifiedLayerNormalization"))
    }

    @Test func normOfASumThatIsReadElsewhere() throws {
        var builder = GraphBuilder()
        let (x, y) = (builder.input("x"), builder.input("y"))
        let sum = builder.node("Add", x, y)
        let scale = builder.constant(wave([4], 0.5))
        let norm = builder.node(
            "SimplifiedLayerNormalization", sum, scale, attributes: ["epsilon": .float(1e-6)])
        let later = builder.node("Neg", sum)
        let types = try types(
            after: SkipNormFusion(), builder.finished(norm, later), [wave([1, 3, 4]), wave([1, 3, 4], 2)])
        #expect(types == ["SkipSimplifiedLayerNormalization", "Neg"])
    }

    @Test func layerNormOfAProductWithBiasAndSkip() throws {
        var builder = GraphBuilder()
        let (x, skip) = (builder.input("x"), builder.input("skip"))
        let product = builder.node("MatMul", x, builder.constant(wave([5, 4])))
        let biased = builder.node("Add", product, builder.constant(wave([4], 0.2)))
        let (scale, bias) = (builder.constant(wave([4], 0.5)), builder.constant(wave([4], 1.5)))
        let norm = builder.node("LayerNormalization", builder.node("Add", skip, biased), scale, bias)
        let types = try types(
            after: SkipNormFusion(), builder.finished(norm), [wave([1, 3, 5]), wave([1, 3, 4], 2)])
        #expect(types == ["MatMul", "SkipLayerNormalization"])
    }

    @Test func normOfASumWithAConstantStays() throws {
        var builder = GraphBuilder()
        let sum = builder.node("Add", builder.input("x"), builder.constant(wave([4])))
        let norm = builder.node("LayerNormalization", sum, builder.constant(wave([4], 0.5)))
        let types = try types(after: SkipNormFusion(), builder.finished(norm), [wave([2, 4])])
        #expect(types == ["Add", "LayerNormalization"])
    }

    // MARK: Activations

    @Test(arguments: 0..<4)
    func gaussianErrorLinearUnit(order: Int) throws {
        var builder = GraphBuilder()
        let x = builder.input("x")
        let scaled =
            order % 2 == 0
            ? builder.node("Div", x, builder.scalar(Float(2).squareRoot()))
            : builder.node("Mul", x, builder.scalar(Float(0.5).squareRoot()))
        let sum = builder.node("Add", builder.node("Erf", scaled), builder.scalar(1))
        let half = builder.scalar(0.5)
        let result =
            switch order {
            case 0: builder.node("Mul", x, builder.node("Mul", half, sum))
            case 1: builder.node("Mul", builder.node("Mul", x, half), sum)
            case 2: builder.node("Mul", builder.node("Mul", x, sum), half)
            default: builder.node("Mul", half, builder.node("Mul", sum, x))
            }
        #expect(try types(after: GeluFusion(), builder.finished(result), [wave([5, 3])]) == ["Gelu"])
    }

    @Test func geluOfAnotherValueStays() throws {
        var builder = GraphBuilder()
        let (x, y) = (builder.input("x"), builder.input("y"))
        let erf = builder.node("Erf", builder.node("Div", y, builder.scalar(Float(2).squareRoot())))
        let sum = builder.node("Add", erf, builder.scalar(1))
        let result = builder.node("Mul", x, builder.node("Mul", builder.scalar(0.5), sum))
        let types = try types(after: GeluFusion(), builder.finished(result), [wave([6]), wave([6], 2)])
        #expect(types.contains("Erf"))
    }

    @Test func geluOfAProductWithBias() throws {
        var builder = GraphBuilder()
        let product = builder.node("MatMul", builder.input("x"), builder.constant(wave([5, 4])))
        let biased = builder.node("Add", builder.constant(wave([4], 0.3)), product)
        let gelu = builder.node("Gelu", biased, domain: "com.microsoft")
        let types = try types(after: GeluFusion(), builder.finished(gelu), [wave([2, 5])])
        #expect(types == ["MatMul", "BiasGelu"])
    }

    @Test(arguments: [false, true])
    func gatedActivation(isQuickGelu: Bool) throws {
        var builder = GraphBuilder()
        let (gate, up) = (builder.input("gate"), builder.input("up"))
        let activated =
            isQuickGelu
            ? builder.node("QuickGelu", gate, domain: "com.microsoft", attributes: ["alpha": .float(1)])
            : builder.node("Mul", gate, builder.node("Sigmoid", gate))
        let result = builder.node("Mul", activated, up)
        let types = try types(after: SwiGLUFusion(), builder.finished(result), [wave([7]), wave([7], 2)])
        #expect(types == ["SwiGLU"])
    }

    /// Gate and up in either order; left as they are if something else reads one of them, or if there is a third product.
    @Test(arguments: [false, true], [(false, 2), (true, 2), (false, 3)])
    func gatedProducts(upIsFirst: Bool, _ others: (isReadElsewhere: Bool, products: Int)) throws {
        let (isReadElsewhere, products) = others
        var builder = GraphBuilder()
        let a = builder.input("a")
        let results = (0..<products).map { index in
            let weights = (0..<8 * 8).map { UInt8(($0 * 37 + index * 11) % 256) }
            return builder.node(
                "MatMulNBits", a, builder.constant(Tensor(weights, shape: [8, 1, 8])),
                builder.constant(wave([8], Float(index))), domain: "com.microsoft",
                attributes: [
                    "K": .int(16), "N": .int(8), "bits": .int(4), "block_size": .int(16),
                    "accuracy_level": .int(4),
                ])
        }
        let (gate, up) = upIsFirst ? (results[1], results[0]) : (results[0], results[1])
        let activated = builder.node("Mul", gate, builder.node("Sigmoid", gate))
        var result = builder.node("Mul", activated, up)
        if isReadElsewhere { result = builder.node("Add", result, up) }
        if products == 3 { result = builder.node("Add", result, results[2]) }
        let passes: [any RewritePass] = [
            SwiGLUFusion(), DeadNodeRemoval(), MatMulNBitsFusion(), MatMulNBitsSwiGLUFusion(),
        ]
        let types = try types(after: passes, builder.finished(result), [wave([3, 16])])
        let isFused = !isReadElsewhere && products == 2
        #expect(types.contains("MatMulNBitsSwiGLU") == isFused)
        #expect(types.contains("MatMulNBitsGroup") == !isFused)
    }

    // MARK: Attention

    /// Queries of four heads over two key-value heads of five keys.
    private func attention(
        _ builder: inout GraphBuilder, repeats: Bool, causal: Bool
    ) -> (output: Int, inputs: [Tensor]) {
        let (q, k, v) = (builder.input("q"), builder.input("k"), builder.input("v"))
        func expanded(_ x: Int) -> Int {
            guard repeats else { return x }
            let unsqueezed = builder.node("Unsqueeze", x, builder.integers(2))
            let repeated = builder.node("Expand", unsqueezed, builder.integers(1, 2, 2, 5, 4))
            return builder.node("Reshape", repeated, builder.integers(1, 4, 5, 4))
        }
        let transposed = builder.node("Transpose", expanded(k), attributes: ["perm": .ints([0, 1, 3, 2])])
        var scores = builder.node("Mul", builder.node("MatMul", q, transposed), builder.scalar(0.5))
        if causal {
            let size = builder.integers(5)
            let shape = builder.node("Concat", size, size, attributes: ["axis": .int(0)])
            let full = builder.node("Expand", builder.scalar(-3.4e38), shape)
            let triangle = builder.node("Trilu", full, builder.constant(Tensor(scalar: Int64(1))))
            scores = builder.node(
                "Add", scores, builder.node("Unsqueeze", triangle, builder.integers(0, 1)))
        }
        let weights = builder.node("Softmax", scores, attributes: ["axis": .int(-1)])
        let attended = builder.node("MatMul", weights, expanded(v))
        let keyHeads = repeats ? 2 : 4
        return (
            builder.node("Transpose", attended, attributes: ["perm": .ints([0, 2, 1, 3])]),
            [wave([1, 4, 5, 4]), wave([1, keyHeads, 5, 4], 0.4), wave([1, keyHeads, 5, 4], 1.3)]
        )
    }

    @Test(arguments: [false, true], [false, true])
    func scaledProductsMaskAndSoftmax(repeats: Bool, causal: Bool) throws {
        var builder = GraphBuilder()
        let (output, inputs) = attention(&builder, repeats: repeats, causal: causal)
        let types = try types(after: AttentionFusion(), builder.finished(output), inputs)
        #expect(types == ["FusedAttention"])
    }

    // MARK: Shapes

    @Test func reshapeBecomesPartOfTheTranspose() throws {
        var builder = GraphBuilder()
        let reshaped = builder.node("Reshape", builder.input("x"), builder.integers(0, 0, -1, 3))
        let heads = builder.node("Transpose", reshaped, attributes: ["perm": .ints([0, 2, 1, 3])])
        let types = try types(after: ReshapeFusion(), builder.finished(heads), [wave([2, 5, 12])])
        #expect(types == ["ReshapeTranspose"])
    }

    @Test func reshapeThatOthersReadStays() throws {
        var builder = GraphBuilder()
        let reshaped = builder.node("Reshape", builder.input("x"), builder.integers(2, 6))
        let turned = builder.node("Transpose", reshaped)
        let negated = builder.node("Neg", reshaped)
        let types = try types(after: ReshapeFusion(), builder.finished(turned, negated), [wave([3, 4])])
        #expect(types == ["Reshape", "Transpose", "Neg"])
    }

    @Test func reshapeThatIsAnOutputStays() throws {
        var builder = GraphBuilder()
        let reshaped = builder.node("Reshape", builder.input("x"), builder.integers(2, 6))
        let turned = builder.node("Transpose", reshaped)
        let types = try types(after: ReshapeFusion(), builder.finished(turned, reshaped), [wave([3, 4])])
        #expect(types == ["Reshape", "Transpose"])
    }

    @Test(arguments: [false, true])
    func attentionIsReshaped(causal: Bool) throws {
        struct Both: RewritePass {
            let name = "both"
            func apply(to graph: inout ComputeGraph, opsets: [String: Int]) -> Int {
                _ = AttentionFusion().apply(to: &graph, opsets: opsets)
                _ = DeadNodeRemoval().apply(to: &graph, opsets: opsets)
                return ReshapeFusion().apply(to: &graph, opsets: opsets)
            }
        }
        var builder = GraphBuilder()
        let (attended, inputs) = attention(&builder, repeats: true, causal: causal)
        let output = builder.node("Reshape", attended, builder.integers(0, 0, -1))
        #expect(try types(after: Both(), builder.finished(output), inputs) == ["FusedAttention"])
    }

    @Test func attentionOverAnotherAxisStays() throws {
        var builder = GraphBuilder()
        let (q, k) = (builder.input("q"), builder.input("k"))
        let transposed = builder.node("Transpose", k, attributes: ["perm": .ints([0, 1, 3, 2])])
        let weights = builder.node(
            "Softmax", builder.node("MatMul", q, transposed), attributes: ["axis": .int(2)])
        let output = builder.node(
            "Transpose", builder.node("MatMul", weights, k), attributes: ["perm": .ints([0, 2, 1, 3])])
        let types = try types(
            after: AttentionFusion(), builder.finished(output), [wave([1, 2, 3, 4]), wave([1, 2, 3, 4], 2)])
        #expect(types.contains("Softmax"))
    }

    @Test(arguments: [false, true])
    func headsAreNormalizedAndTurned(hasNorm: Bool) throws {
        var builder = GraphBuilder()
        let (x, angles) = (builder.input("x"), builder.input("angles"))
        var heads = builder.node("Reshape", x, builder.integers(1, 3, -1, 4))
        if hasNorm {
            heads = builder.node(
                "SimplifiedLayerNormalization", heads, builder.constant(wave([4], 0.5)),
                attributes: ["epsilon": .float(1e-6), "axis": .int(-1)])
        }
        let turned = builder.node("Transpose", heads, attributes: ["perm": .ints([0, 2, 1, 3])])
        let doubled = builder.node("Concat", angles, angles, attributes: ["axis": .int(-1)])
        func factor(_ function: String) -> Int {
            builder.node("Unsqueeze", builder.node(function, doubled), builder.integers(1))
        }
        func slice(_ start: Int64, _ end: Int64) -> Int {
            builder.node(
                "Slice", turned, builder.integers(start), builder.integers(end), builder.integers(3),
                builder.integers(1))
        }
        let halves = builder.node(
            "Concat", builder.node("Neg", slice(2, .max)), slice(0, 2), attributes: ["axis": .int(-1)])
        let result = builder.node(
            "Add", builder.node("Mul", turned, factor("Cos")), builder.node("Mul", halves, factor("Sin")))
        let types = try types(
            after: RotaryFusion(), builder.finished(result), [wave([1, 3, 8]), wave([1, 3, 2])])
        #expect(types == ["Concat", "Cos", "Sin", "RotaryHeads"])
    }

    // MARK: Reach of a run

    @Test func residualOfTheLastPositionAlone() throws {
        var builder = GraphBuilder()
        let (x, residual) = (builder.input("x"), builder.input("residual"))
        let linear = builder.node(
            "Linear", x, builder.constant(wave([5, 4])), nil, residual, domain: OperatorRegistry.fusedDomain)
        let logits = builder.node("MatMul", linear, builder.constant(wave([4, 6])), output: "logits")
        var graph = builder.finished(logits)
        let fed = [(x, wave([1, 3, 5])), (residual, wave([1, 3, 4], 0.7))]
        let opsets = ["": 18]
        let before = try Plan(graph, opsets: opsets, registry: .standard).run(feeding: fed, Self.context)[0]
        #expect(LastPosition().apply(to: &graph, opsets: opsets) == 2)
        let after = try Plan(graph, opsets: opsets, registry: .standard).run(feeding: fed, Self.context)[0]
        #expect(after.shape == [1, 1, 6])
        let (last, found) = (before.array(Float.self).suffix(6), after.array(Float.self))
        #expect(zip(last, found).allSatisfy { abs($0 - $1) < 1e-5 })
    }

    @Test func readersOfTheLastPositionAlone() throws {
        var builder = GraphBuilder()
        let x = builder.input("x")
        let positions = builder.node("Neg", x)
        let scale = builder.constant(wave([4], 0.5))
        let norm = builder.node("SimplifiedLayerNormalization", positions, scale)
        let logits = builder.node("MatMul", norm, builder.constant(wave([4, 6])), output: "logits")
        var graph = builder.finished(logits)
        let opsets = ["": 18]
        let before = try Plan(graph, opsets: opsets, registry: .standard)
            .run(feeding: [(x, wave([1, 3, 4]))], Self.context)[0]
        #expect(LastPosition().apply(to: &graph, opsets: opsets) == 2)
        #expect(graph.nodes.map(\.type) == ["Neg", "Slice", "SimplifiedLayerNormalization", "MatMul"])
        let after = try Plan(graph, opsets: opsets, registry: .standard)
            .run(feeding: [(x, wave([1, 3, 4]))], Self.context)[0]
        #expect(after.shape == [1, 1, 6])
        let (last, found) = (before.array(Float.self).suffix(6), after.array(Float.self))
        #expect(zip(last, found).allSatisfy { abs($0 - $1) < 1e-5 })
    }

    @Test func nodesThatNobodyReadsAreRemoved() throws {
        var builder = GraphBuilder()
        let x = builder.input("x")
        let kept = builder.node("Neg", x)
        _ = builder.node("Abs", builder.node("Exp", kept))
        let types = try types(after: DeadNodeRemoval(), builder.finished(kept), [wave([3])])
        #expect(types == ["Neg"])
    }
}
