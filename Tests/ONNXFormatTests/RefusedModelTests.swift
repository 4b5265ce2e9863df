import Foundation
import ONNXFormat
import TestSupport
import Testing

/// Models that are valid protobuf, but not models of this engine.
@Suite("Refused models")
struct RefusedModelTests {
    let directory: TemporaryDirectory

    init() throws {
        directory = try TemporaryDirectory()
    }

    private func refusal(_ graph: ModelWriter.Body) throws -> String {
        try directory.refusal(of: ModelWriter.model(graph: graph))
    }

    @Test("operator sets")
    func operatorSets() throws {
        func refusal(_ sets: [(String, Int)], _ graph: ModelWriter.Body = { _ in }) throws -> String {
            try directory.refusal(of: ModelWriter.model(operatorSets: sets, graph: graph))
        }
        #expect(try refusal([]) == #"operator set "ai.onnx": the model imports no operator set at all"#)
        #expect(try refusal([("", 0)]) == #"operator set "ai.onnx": version 0 does not exist"#)
        #expect(
            try refusal([("", 17), ("ai.onnx", 18)])
                == #"operator set "ai.onnx": imported in the versions 17 and 18"#)
        let domain = try refusal([("", 18)]) { $0.node("Mine", [], ["a"], name: "n", domain: "my.own") }
        #expect(domain == #"operator set "my.own": used by node "n", but not imported"#)
        let standard = try refusal([("my.own", 1)]) { $0.node("Neg", [], ["a"], name: "n") }
        #expect(standard == #"operator set "ai.onnx": used by node "n", but not imported"#)
    }

    @Test("both names of ONNX's own domain")
    func standardDomain() throws {
        let model = try directory.load(
            ModelWriter.model(operatorSets: [("ai.onnx", 18), ("", 18)]) {
                $0.node("Neg", [], ["a"], domain: "ai.onnx")
                $0.node("Neg", [], ["b"])
            })
        #expect(model.operatorSets == ["": 18])
        #expect(model.graph.nodes.map(\.domain) == ["", ""])
        #expect(model.graph.nodes.map(model.operatorSet) == [18, 18])
    }

    @Test("functions of the model's own")
    func functions() throws {
        let bytes = ModelWriter.model(extra: {
            $0.message(25) {
                $0.text(1, "Swish")
                $0.text(10, "my.own")
            }
        }) { _ in }
        let message = try directory.refusal(of: bytes)
        #expect(message == #"the model's own function "my.own.Swish" is not supported"#)
    }

    @Test("sparse initializers and attributes")
    func sparse() throws {
        let initializer = try refusal {
            $0.message(15) { $0.message(1) { $0.tensorHead("holes", type: 1, [1]) } }
        }
        #expect(initializer == #"sparse tensor "holes" is not supported"#)
        let attribute = try refusal {
            $0.node("Constant", [], ["c"], name: "n") { $0.attribute("value", type: 11) { _ in } }
        }
        #expect(
            attribute == #"node "n": attribute "value" is a sparse tensor, which is not supported"#)
    }

    @Test(
        "values that are no dense tensors",
        arguments: [(4, "sequence"), (5, "map"), (8, "sparse tensor"), (9, "optional value")])
    func otherValues(field: Int, kind: String) throws {
        for place in [11, 12, 13] {
            let message = try refusal {
                $0.message(place) {
                    $0.text(1, "odd")
                    $0.message(2) { $0.message(field) { $0.message(1) { $0.int(1, 1) } } }
                }
            }
            #expect(message == #"\#(kind) "odd" is not supported"#)
        }
    }

    @Test("types of inputs")
    func inputTypes() throws {
        #expect(
            try refusal { $0.input("x", type: 8) } == #"tensor "x": element type string is not supported"#)
        #expect(try refusal { $0.input("x", type: 99) } == #"tensor "x": unknown element type 99"#)
        #expect(
            try refusal { $0.input("x", [.fixed(-1)]) }
                == #"tensor "x": dimensions [-1] are negative or too large"#)
        #expect(try refusal { $0.input("x", [.fixed(1 << 62)]) }.contains("too large"))
        // A value in between that nothing makes does no harm.
        let model = try directory.load(ModelWriter.model { $0.value(13, "four bits", type: 22) })
        #expect(model.graph.valueInfos.first?.elementType == nil)
    }

    @Test("attributes")
    func attributes() throws {
        func refusal(_ attributes: ModelWriter.Body) throws -> String {
            try self.refusal { $0.node("Op", [], ["a"], name: "n", extra: attributes) }
        }
        #expect(
            try refusal { $0.attribute("a", type: 0) { _ in } }
                == #"node "n": attribute "a" has the unknown type 0"#)
        #expect(
            try refusal { $0.attribute("a", type: 4) { _ in } }
                == #"node "n": attribute "a" has no tensor"#)
        #expect(
            try refusal { $0.attribute("a", type: 5) { _ in } }
                == #"node "n": attribute "a" has no graph"#)
        #expect(try refusal { $0.attribute("a", type: 13) { _ in } }.contains("is a type"))
        #expect(
            try refusal { $0.attribute("a", type: 2) { $0.text(21, "outer") } }.contains("refers to"))
        let twice = try refusal {
            $0.attribute("a", type: 2) { $0.int(3, 1) }
            $0.attribute("a", type: 2) { $0.int(3, 2) }
        }
        #expect(twice == #"node "n": attribute "a" occurs twice"#)
        let tensor = try refusal {
            $0.attribute("value", type: 4) { $0.message(5) { $0.tensorHead("", type: 1, [3]) } }
        }
        #expect(tensor == #"tensor "value of n": expected 3 elements in float_data, found 0"#)
    }

    @Test(
        "text that is not UTF-8, or contains NUL",
        arguments: [[0xC3, 0x28], [0x61, 0, 0x62], [0xED, 0xA0, 0x80]])
    func invalidText(bytes: [UInt8]) throws {
        let places: [ModelWriter.Body] = [
            { $0.bytes(2, bytes) },
            { $0.message(1) { $0.bytes(1, bytes) } },
            { $0.message(1) { $0.bytes(2, bytes) } },
            { $0.message(1) { $0.bytes(3, bytes) } },
            { $0.message(1) { $0.bytes(4, bytes) } },
            { $0.message(1) { $0.bytes(7, bytes) } },
            { $0.message(1) { $0.message(5) { $0.bytes(1, bytes) } } },
            { $0.message(5) { $0.bytes(8, bytes) } },
            { $0.message(11) { $0.bytes(1, bytes) } },
            { $0.message(12) { $0.bytes(1, bytes) } },
            { $0.message(13) { $0.bytes(1, bytes) } },
            { graph in
                graph.message(11) { input in
                    input.text(1, "x")
                    input.message(2) { type in
                        type.message(1) { tensor in
                            tensor.message(2) { $0.message(1) { $0.bytes(2, bytes) } }
                        }
                    }
                }
            },
        ]
        for (index, place) in places.enumerated() {
            #expect(try refusal(place).contains("is not UTF-8 text without NUL"), "place \(index)")
        }
    }

    @Test("names are quoted, on one line and cut in messages")
    func quoting() throws {
        let name = "\u{1B}[31m\n" + String(repeating: "x", count: 100_000)
        let message = try refusal { $0.node("Neg", [name], ["a"]) }
        #expect(message.utf8.count < 500)
        #expect(!message.contains("\n") && !message.contains("\u{1B}"))
    }
}
