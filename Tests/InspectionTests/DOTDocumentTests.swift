import Foundation
import Inspection
import Runtime
import TestSupport
import Testing

@Suite struct DOTDocumentTests {
    /// The document without what is in quotes, and all that is.
    private func parts(_ text: String) -> (outside: String, quoted: [String]) {
        var (outside, quoted, current) = ("", [String](), String?.none)
        var isEscaped = false
        for letter in text {
            guard let inside = current else {
                if letter == "\"" { current = "" } else { outside.append(letter) }
                continue
            }
            if isEscaped {
                current = inside + (letter == "n" ? "\n" : String(letter))
                isEscaped = false
            } else if letter == "\\" {
                isEscaped = true
            } else if letter == "\"" {
                quoted.append(inside)
                current = nil
            } else {
                current = inside + String(letter)
            }
        }
        #expect(current == nil)
        return (outside, quoted)
    }

    @Test(arguments: ["toy/decoder_init.onnx", "toy-torchscript/encoder.onnx"], [true, false])
    func everyNodeIsNamed(path: String, fusion: Bool) throws {
        let file = Fixtures.directory.appending(path: path).path
        let inspected = try ModelInspector(fusion: fusion).inspect(file).graphs[0]
        let (outside, quoted) = parts(DOTDocument(inspected.graph, name: "graph").text)
        #expect(outside.hasPrefix("digraph "))
        #expect(outside.count { $0 == "{" } == outside.count { $0 == "}" })
        #expect(outside.count { $0 == "[" } == outside.count { $0 == "]" })
        let nodes = inspected.graph.allNodes.filter { $0.type != "Constant" }
        for node in nodes { #expect(quoted.contains("\(node.qualifiedType)\n\(node.name)")) }
        for id in inspected.graph.inputs + inspected.graph.outputs {
            #expect(quoted.contains(inspected.graph.values[id].name))
        }
        #expect(!quoted.contains { $0.hasPrefix("Constant\n") })
        let branches = nodes.reduce(0) { $0 + $1.subgraphs.count }
        #expect(outside.count(of: "subgraph ") == branches)
        // Every edge is between nodes that exist.
        let edges = outside.split(separator: "\n").filter { $0.contains("->") }
        #expect(edges.count >= nodes.count)
        let declared = Set(
            outside.split(separator: "\n").filter { $0.contains("[label=") }.map {
                $0.drop { $0 == " " }.prefix { $0 != " " }
            })
        for edge in edges {
            let ends = edge.split { " ;".contains($0) }
            #expect(declared.contains(ends[0]) && declared.contains(ends[2]))
        }
    }

    @Test func namesAreEscaped() {
        var graph = ComputeGraph()
        let input = graph.addValue("a\"b\\")
        graph.inputs = [input]
        let output = graph.addValue("tab\tbell\u{7}")
        graph.nodes = [
            ComputeGraph.Node(name: "\"]; }\\", type: "Neg", inputs: [input], outputs: [output])
        ]
        graph.outputs = [output]
        let (outside, quoted) = parts(DOTDocument(graph, name: "\"").text)
        #expect(outside.count { $0 == "}" } == 1)
        #expect(
            quoted == ["\"", "sans-serif", "a\"b\\", "Neg\n\"]; }\\", "tab\u{FFFD}bell\u{FFFD}"])
    }
}

extension String {
    fileprivate func count(of part: String) -> Int { components(separatedBy: part).count - 1 }
}
