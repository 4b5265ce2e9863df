import Foundation
import ONNXFormat
import Tensors
import TestSupport
import Testing

/// Models written by the onnx package: `tools/onnx/make-fixtures`.
@Suite("Fixtures")
struct FixtureTests {
    static func path(_ name: String) -> String {
        Fixtures.directory.appending(path: "onnx-format/\(name)").path
    }

    private struct Expected: Decodable {
        let type: String
        let values: [Double]
    }

    @Test("every element type in every place")
    func types() throws {
        let json = try Data(contentsOf: URL(filePath: Self.path("types.json")))
        let expected = try JSONDecoder().decode([String: Expected].self, from: json)
        let graph = try Model.load(path: Self.path("types.onnx")).graph
        #expect(Set(graph.initializerNames) == Set(expected.keys))
        #expect(graph.initializerNames.first == "float32_typed")
        for (name, expected) in expected {
            let tensor = try #require(graph.initializers[name])
            #expect(tensor.elementType.description == expected.type)
            #expect(tensor.elementCount == expected.values.count)
            if expected.values.count == 6 { #expect(tensor.shape == [2, 3]) }
            #expect(Self.doubles(tensor) == expected.values, "\(name)")
        }
        #expect(graph.initializers["scalar"]?.shape == [])
        #expect(graph.initializers["empty"]?.shape == [0])
    }

    private static func doubles(_ tensor: Tensor) -> [Double] {
        switch tensor.elementType {
        case .float32: tensor.array(Float.self).map { Double($0) }
        case .float64: tensor.array(Double.self)
        case .float16: tensor.array(Float16.self).map { Double($0) }
        case .bfloat16: tensor.array(BFloat16.self).map { Double($0.floatValue) }
        case .int8: tensor.array(Int8.self).map { Double($0) }
        case .int16: tensor.array(Int16.self).map { Double($0) }
        case .int32: tensor.array(Int32.self).map { Double($0) }
        case .int64: tensor.array(Int64.self).map { Double($0) }
        case .uint8: tensor.array(UInt8.self).map { Double($0) }
        case .uint16: tensor.array(UInt16.self).map { Double($0) }
        case .uint32: tensor.array(UInt32.self).map { Double($0) }
        case .uint64: tensor.array(UInt64.self).map { Double($0) }
        case .bool: tensor.array(Bool.self).map { $0 ? 1 : 0 }
        }
    }

    @Test("attributes of every kind")
    func attributes() throws {
        let graph = try Model.load(path: Self.path("attributes.onnx")).graph
        let node = try #require(graph.nodes.first)
        #expect(node.name == "kinds")
        #expect(node.type == "Kinds")
        #expect(node.domain == "com.microsoft")
        #expect(node.inputs == ["x", "", "y"])
        #expect(node.outputs == ["k", ""])
        #expect(node.attributes.count == 9)
        guard
            case .float(0.5)? = node.attribute("a_float"), case .int(-7)? = node.attribute("an_int"),
            case .string([0xFF, 0])? = node.attribute("some_bytes"),
            case .floats([1, -2])? = node.attribute("floats"),
            case .ints([1, -2, 1_099_511_627_776])? = node.attribute("ints"),
            case .tensor(let tensor)? = node.attribute("a_tensor"),
            case .tensors(let tensors)? = node.attribute("tensors")
        else {
            Issue.record("\(node.attributes)")
            return
        }
        #expect(node.attribute("a_string")?.text == "text")
        #expect(node.attribute("some_bytes")?.text == nil)
        #expect(node.attribute("strings")?.texts == ["a", "b"])
        #expect(node.attribute("none") == nil)
        #expect(tensor.array(Int64.self) == [3, -4])
        #expect(tensors.count == 2)
    }

    @Test("what the model says of itself, and graphs within")
    func model() throws {
        let model = try Model.load(path: Self.path("attributes.onnx"))
        #expect(model.irVersion == 9)
        #expect(model.operatorSets == ["": 17, "com.microsoft": 1])
        #expect(model.producer.name == "make-fixtures")
        #expect(model.producer.version == "1")
        #expect(model.producer.domain == "org.example")
        #expect(model.producer.modelVersion == 3)
        #expect(model.metadata == ["key": "value", "größe": "1"])

        let graph = model.graph
        #expect(graph.name == "main")
        let x = ValueInfo(
            name: "x", elementType: .float32, dimensions: [.symbol("N"), .fixed(4), .unknown])
        #expect(graph.inputs.map(\.name) == ["x", "y", "c"])
        #expect(graph.inputs[0] == x)
        #expect(graph.inputs[1] == ValueInfo(name: "y", elementType: .float16, dimensions: nil))
        #expect(graph.inputs[2] == ValueInfo(name: "c", elementType: .bool, dimensions: []))

        let branches = graph.nodes[1].subgraphs
        #expect(Set(branches.map(\.name)) == ["then", "else"])
        #expect(Set(branches.flatMap { $0.nodes.map(\.type) }) == ["Sin", "Cos"])
        #expect(branches.allSatisfy { $0.freeNames == ["x"] })
        #expect(graph.freeNames.isEmpty)
    }

    @Test("a file of one tensor")
    func tensorFile() throws {
        let (name, tensor) = try TensorFile.read(path: Self.path("tensor.pb"))
        #expect(name == "values")
        #expect(tensor.shape == [2, 2])
        #expect(tensor.array(Float.self) == [1, 2, 3, -4])
    }
}
