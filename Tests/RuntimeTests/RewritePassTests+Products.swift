import Operators
import Runtime
import Tensors
import Testing

/// What becomes part of float products and convolutions.
extension RewritePassTests {
    @Test func productWithBiasAndGelu() throws {
        var builder = GraphBuilder()
        let product = builder.node("MatMul", builder.input("x"), builder.constant(wave([5, 4])))
        let biased = builder.node("Add", builder.constant(wave([4], 0.3)), product)
        let other = builder.node("MatMul", biased, builder.constant(wave([4, 3])))
        let gelu = builder.node("BiasGelu", other, builder.constant(wave([3])), domain: "com.microsoft")
        let types = try types(after: EpilogueFusion(), builder.finished(gelu), [wave([2, 7, 5])])
        #expect(types == ["Linear", "Linear"])
    }

    @Test(arguments: [false, true], [false, true])
    func productInASumThatIsNormalized(isSimplified: Bool, hasBias: Bool) throws {
        var builder = GraphBuilder()
        let (x, skip) = (builder.input("x"), builder.input("skip"))
        let product = builder.node("MatMul", x, builder.constant(wave([5, 4])))
        let parameters = (0..<(isSimplified ? 1 : 2)).map { builder.constant(wave([4], Float($0))) }
        let bias = hasBias ? builder.constant(wave([4], 0.2)) : nil
        let norm = builder.graph.addValue("norm")
        let sum = builder.graph.addValue("sum")
        builder.graph.nodes.append(
            ComputeGraph.Node(
                name: "skip",
                type: isSimplified ? "SkipSimplifiedLayerNormalization" : "SkipLayerNormalization",
                domain: "com.microsoft", inputs: [skip, product] + parameters + [bias],
                outputs: [norm, nil, nil, sum], attributes: ["epsilon": .float(1e-5)]))
        let types = try types(
            after: EpilogueFusion(), builder.finished(norm, sum), [wave([1, 6, 5]), wave([1, 6, 4], 2)])
        #expect(types == ["Linear", isSimplified ? "SimplifiedLayerNormalization" : "LayerNormalization"])
    }

    @Test func convolutionWithGelu() throws {
        var builder = GraphBuilder()
        let weights = builder.constant(wave([3, 2, 3, 3]))
        let convolution = builder.node(
            "Conv", builder.input("x"), weights, builder.constant(wave([3])),
            attributes: ["strides": .ints([2, 2]), "pads": .ints([1, 1, 1, 1])])
        let gelu = builder.node("Gelu", convolution, domain: "com.microsoft")
        let types = try types(after: EpilogueFusion(), builder.finished(gelu), [wave([2, 2, 7, 9])])
        #expect(types == ["ConvGelu"])
    }

    @Test(arguments: [false, true], [2, 1])
    func layersOfConvolutionWithGelu(hasBias: Bool, lastStride: Int) throws {
        var builder = GraphBuilder()
        var value = builder.input("x")
        for (channels, stride) in [(2, 2), (3, 2), (3, lastStride)] {
            let weights = builder.constant(wave([3, channels, 3, 3], Float(stride)))
            let attributes: OperatorAttributes = [
                "strides": .ints([stride, stride]), "pads": .ints([1, 1, 1, 1]),
            ]
            let bias = builder.constant(wave([3]))
            let convolution =
                hasBias
                ? builder.node("Conv", value, weights, bias, attributes: attributes)
                : builder.node("Conv", value, weights, attributes: attributes)
            value = builder.node("Gelu", convolution, domain: "com.microsoft")
        }
        let types = try types(after: EpilogueFusion(), builder.finished(value), [wave([3, 2, 17, 19])])
        #expect(types == (lastStride == 2 ? ["ConvGelu"] : ["ConvGelu", "ConvGelu"]))
    }

    @Test func longChainsOfConvolutionsAreDivided() throws {
        var builder = GraphBuilder()
        let weights = builder.constant(wave([2, 2, 1, 1]))
        var value = builder.input("x")
        for _ in 0..<20 {
            value = builder.node("Gelu", builder.node("Conv", value, weights), domain: "com.microsoft")
        }
        let types = try types(after: EpilogueFusion(), builder.finished(value), [wave([1, 2, 3, 3])])
        #expect(types == ["ConvGelu", "ConvGelu", "ConvGelu"])
    }

    @Test func layerThatIsReadElsewhereStays() throws {
        var builder = GraphBuilder()
        let weights = builder.constant(wave([3, 3, 3, 3]))
        let first = builder.node(
            "Gelu", builder.node("Conv", builder.input("x"), weights), domain: "com.microsoft")
        let second = builder.node("Gelu", builder.node("Conv", first, weights), domain: "com.microsoft")
        let types = try types(
            after: EpilogueFusion(), builder.finished(first, second), [wave([1, 3, 9, 9])])
        #expect(types == ["ConvGelu", "ConvGelu"])
    }

    @Test func productThatIsReadElsewhereStays() throws {
        var builder = GraphBuilder()
        let product = builder.node("MatMul", builder.input("x"), builder.constant(wave([5, 4])))
        let biased = builder.node("Add", product, builder.constant(wave([4], 0.3)))
        let types = try types(
            after: EpilogueFusion(), builder.finished(product, biased), [wave([2, 5])])
        #expect(types == ["MatMul", "Add"])
    }

    @Test func sumWithARowForEachPositionStays() throws {
        var builder = GraphBuilder()
        let product = builder.node("MatMul", builder.input("x"), builder.constant(wave([5, 4])))
        let sum = builder.node("Add", product, builder.constant(wave([2, 4], 0.3)))
        let types = try types(after: EpilogueFusion(), builder.finished(sum), [wave([2, 5])])
        #expect(types == ["MatMul", "Add"])
    }
}
