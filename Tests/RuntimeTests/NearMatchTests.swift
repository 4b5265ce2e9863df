import Foundation
import ONNXFormat
import Operators
import Runtime
import Tensors
import TestSupport
import Testing
import Threading

/// What passes left over, on the smallest graphs that miss a pattern by one part.
@Suite struct NearMatchTests {
    private static let context = OperatorContext(pool: ThreadPool(threads: 1))

    private func nearMatches(_ graph: ComputeGraph) -> [NearMatch] {
        let opsets = ["": 18, "com.microsoft": 1]
        return RewrittenGraph(graph, opsets: opsets, fusion: true, context: Self.context).graph.nearMatches
    }

    /// Pass, operator and reason of the only near match.
    private func only(
        _ graph: ComputeGraph, sourceLocation: SourceLocation = #_sourceLocation
    ) throws -> [String] {
        let matches = nearMatches(graph)
        #expect(matches.count == 1, "\(matches)", sourceLocation: sourceLocation)
        let match = try #require(matches.first, sourceLocation: sourceLocation)
        #expect(graph.allNodes.contains { $0.name == match.node }, sourceLocation: sourceLocation)
        return [match.pass, match.type, match.reason]
    }

    private func attention(
        axis: Int = -1, keyOrder: [Int] = [0, 1, 3, 2], outputOrder: [Int] = [0, 2, 1, 3]
    ) -> ComputeGraph {
        var builder = GraphBuilder()
        let (queries, keys, values) = (builder.input("q"), builder.input("k"), builder.input("v"))
        let turned = builder.node("Transpose", keys, attributes: ["perm": .ints(keyOrder)])
        let scores = builder.node("Mul", builder.node("MatMul", queries, turned), builder.scalar(0.5))
        let weights = builder.node("Softmax", scores, attributes: ["axis": .int(axis)])
        let sum = builder.node("MatMul", weights, values)
        let result = builder.node("Transpose", sum, attributes: ["perm": .ints(outputOrder)])
        return builder.finished(result)
    }

    @Test func attentions() throws {
        #expect(nearMatches(attention()).isEmpty)
        #expect(
            try only(attention(axis: 2)) == ["AttentionFusion", "Softmax", "its axis is 2, not -1"])
        #expect(
            try only(attention(keyOrder: [0, 2, 1, 3]))[2]
                == "the keys are not transposed by [0, 1, 3, 2] or [0, 2, 3, 1], but the result of Transpose")
        #expect(
            try only(attention(outputOrder: [0, 1, 3, 2]))[2]
                == "the weighted sum of values is not transposed by [0, 2, 1, 3]")
    }

    @Test func softmaxOfSomethingElse() throws {
        var builder = GraphBuilder()
        let scores = builder.node("Neg", builder.input("x"))
        let softmax = builder.node("Softmax", scores, attributes: ["axis": .int(-1)])
        #expect(try only(builder.finished(softmax))[2].hasSuffix("but the result of Neg"))
    }

    private func rmsNorm(
        axes: Int64 = -1, epsilon: Tensor = Tensor(scalar: Float(1e-6)), square: Float = 2,
        scale: Tensor = Tensor([1, 2, 3, 4] as [Float])
    ) -> ComputeGraph {
        var builder = GraphBuilder()
        let x = builder.input("x")
        let squares = builder.node("Pow", x, builder.scalar(square))
        let mean = builder.node("ReduceMean", squares, builder.integers(axes))
        let root = builder.node("Sqrt", builder.node("Add", mean, builder.constant(epsilon)))
        let normalized = builder.node("Mul", x, builder.node("Reciprocal", root))
        let result = builder.node("Mul", builder.constant(scale), normalized)
        return builder.finished(result)
    }

    @Test func norms() throws {
        #expect(nearMatches(rmsNorm()).isEmpty)
        #expect(
            try only(rmsNorm(axes: 1))
                == ["RMSNormFusion", "Sqrt", "the mean is over the axes [1], not [-1]"])
        #expect(
            try only(rmsNorm(epsilon: Tensor(scalar: 1e-6 as Double)))[2]
                == "the epsilon is not a float32 constant")
        #expect(
            try only(rmsNorm(square: 3))[2] == "the mean is not of squares, but of the result of Pow")
        #expect(
            try only(rmsNorm(scale: Tensor([1, 2, 3, 4] as [Float], shape: [1, 4])))[2]
                == "the result is not scaled by a float32 constant of rank 1")
    }

    @Test func rootOfNoMeanIsNoNorm() {
        var builder = GraphBuilder()
        let root = builder.node("Sqrt", builder.node("Add", builder.input("x"), builder.scalar(1)))
        #expect(nearMatches(builder.finished(root)).isEmpty)
    }

    private func gelu(root: Float = 2, one: Float = 1, half: Float = 0.5) -> ComputeGraph {
        var builder = GraphBuilder()
        let x = builder.input("x")
        let erf = builder.node("Erf", builder.node("Div", x, builder.scalar(root.squareRoot())))
        let sum = builder.node("Add", erf, builder.scalar(one))
        let result = builder.node("Mul", builder.node("Mul", x, sum), builder.scalar(half))
        return builder.finished(result)
    }

    @Test func activations() throws {
        #expect(nearMatches(gelu()).isEmpty)
        #expect(
            try only(gelu(root: 3))
                == ["GeluFusion", "Erf", "its argument is not x / √2 with a float32 constant"])
        #expect(try only(gelu(one: 2))[2] == "the float32 constant 1 is not added to it")
        #expect(try only(gelu(half: 0.25))[2].contains("not multiplied by x and the float32 constant ½"))

        var builder = GraphBuilder()
        let (gate, up) = (builder.input("gate"), builder.input("up"))
        let sigmoid = builder.node("Sigmoid", gate)
        let product = builder.node("Mul", sigmoid, up)
        #expect(
            try only(builder.finished(product))
                == ["SwiGLUFusion", "Sigmoid", "it is not multiplied by its own argument"])
        let activated = builder.node("Mul", sigmoid, gate)
        #expect(
            try only(builder.finished(activated))[2]
                == "g · sigmoid(g) is not multiplied by another computed value")
        let gated = builder.node("Mul", activated, up)
        #expect(nearMatches(builder.finished(gated)).isEmpty)
    }

    @Test func normOfASumWithAConstant() throws {
        var builder = GraphBuilder()
        let sum = builder.node("Add", builder.input("x"), builder.constant(Tensor([1, 2] as [Float])))
        let norm = builder.node(
            "LayerNormalization", sum, builder.constant(Tensor([1, 2] as [Float])))
        #expect(
            try only(builder.finished(norm))
                == ["SkipNormFusion", "LayerNormalization", "the sum before it adds a constant"])
    }

    @Test func productsOfTheSameActivations() throws {
        func products(_ levels: [Int]) -> ComputeGraph {
            var builder = GraphBuilder()
            let x = builder.input("x")
            let outputs = levels.map { level in
                builder.node(
                    "MatMulNBits", x, builder.constant(Tensor([UInt8](repeating: 0, count: 32))),
                    builder.constant(Tensor([1, 1] as [Float])), domain: "com.microsoft",
                    attributes: [
                        "N": .int(2), "K": .int(32), "bits": .int(4), "block_size": .int(32),
                        "accuracy_level": .int(level),
                    ])
            }
            var graph = builder.graph
            graph.outputs = outputs
            return graph
        }
        #expect(nearMatches(products([4, 4])).isEmpty)
        #expect(nearMatches(products([0])).isEmpty)
        #expect(
            try only(products([0, 0, 0])) == [
                "MatMulNBitsFusion", "com.microsoft.MatMulNBits",
                "it and 2 others multiply the same activations, but accuracy_level is not 4 for all",
            ])
    }

    @Test func branchesAreLeftAsTheyAre() throws {
        let branch = gelu().withoutInputs()
        var builder = GraphBuilder()
        let condition = builder.input("condition")
        let output = builder.graph.addValue("chosen")
        builder.graph.nodes.append(
            ComputeGraph.Node(
                name: "choice", type: "If", inputs: [condition], outputs: [output],
                subgraphs: ["then_branch": branch, "else_branch": ComputeGraph()]))
        #expect(
            try only(builder.finished(output)) == [
                "GeluFusion", "Erf",
                "it is in then_branch of choice, and passes leave subgraphs as they are",
            ])
    }

    /// Nothing of these exports is left over.
    @Test(arguments: ["toy", "toy-fused"], ["encoder", "decoder_init", "decoder_step", "decoder_init.int4"])
    func exportsThatAreFusedCompletely(directory: String, name: String) throws {
        let model = try Model.load(
            path: Fixtures.directory.appending(path: "\(directory)/\(name).onnx").path)
        #expect(nearMatches(ComputeGraph(model.graph)) == [])
    }
}

extension ComputeGraph {
    /// As a branch has none.
    fileprivate func withoutInputs() -> ComputeGraph {
        var graph = self
        graph.inputs = []
        return graph
    }
}
