import Runtime
import Tensors
import TestSupport
import Testing

@Suite struct ConstantAlignmentTests {
    /// Weights that products alone read stay where the file has them; anything else must not meet their address.
    @Test(arguments: ["none", "node", "output", "capture"])
    func constantsThatOthersReadAreCopied(otherReader: String) throws {
        let numbers = (0..<20).map { Float($0) - 7.5 }
        let mapping = try temporaryMapping([0xFF] + numbers.withUnsafeBytes { [UInt8]($0) })
        let unaligned = try #require(
            Tensor(mapping: mapping, byteOffset: 1, elementType: .float32, shape: [5, 4]))
        var builder = GraphBuilder()
        let weights = builder.constant(unaligned)
        var outputs = [builder.node("MatMul", builder.input("x"), weights)]
        switch otherReader {
        case "node": outputs.append(builder.node("Neg", weights))
        case "output": outputs.append(weights)
        case "capture":
            var subgraph = ComputeGraph()
            subgraph.captures = [(outer: weights, inner: subgraph.addValue("w"))]
            let condition = builder.constant(Tensor([true], shape: []))
            let output = builder.graph.addValue("if")
            builder.graph.nodes.append(
                ComputeGraph.Node(
                    name: "if", type: "If", inputs: [condition], outputs: [output],
                    subgraphs: ["then_branch": subgraph, "else_branch": subgraph]))
            outputs.append(output)
        default: break
        }
        builder.graph.outputs = outputs
        let copied = ConstantAlignment().apply(to: &builder.graph, opsets: ["": 18])
        let constant = try #require(builder.graph.values[weights].constant)
        #expect(constant.isAligned == (otherReader != "none"))
        #expect(copied == (otherReader == "none" ? 0 : 1))
        #expect(constant.contiguous().array(Float.self) == numbers)
    }

    /// Scales and zero points of a quantised product stay like its weights; its A and bias do not.
    @Test(arguments: 0..<6)
    func inputsOfAQuantisedProduct(place: Int) throws {
        let mapping = try temporaryMapping([UInt8](repeating: 0, count: 17))
        let unaligned = try #require(
            Tensor(mapping: mapping, byteOffset: 1, elementType: .float32, shape: [4]))
        var graph = ComputeGraph()
        let value = graph.addValue("constant", constant: unaligned)
        let output = graph.addValue("y")
        var inputs = [Int?](repeating: nil, count: 6)
        inputs[place] = value
        graph.nodes = [
            ComputeGraph.Node(
                name: "product", type: "MatMulNBits", domain: "com.microsoft", inputs: inputs,
                outputs: [output])
        ]
        graph.outputs = [output]
        #expect(ConstantAlignment().apply(to: &graph, opsets: [:]) == ([1, 2, 3].contains(place) ? 0 : 1))
    }
}
