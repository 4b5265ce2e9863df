import ONNXFormat
import TestSupport
import Testing

/// How nodes are connected.
@Suite("Graph order")
struct GraphOrderTests {
    let directory: TemporaryDirectory

    init() throws {
        directory = try TemporaryDirectory()
    }

    private func refusal(_ graph: ModelWriter.Body) throws -> String {
        try directory.refusal(of: ModelWriter.model(graph: graph))
    }

    private func order(_ graph: ModelWriter.Body) throws -> [String] {
        try directory.load(ModelWriter.model(graph: graph)).graph.nodes.map(\.name)
    }

    @Test("nodes in order stay as they are")
    func sorted() throws {
        let names = try order {
            $0.input("x")
            $0.node("A", ["x"], ["a"], name: "1")
            $0.node("B", ["x"], ["b"], name: "2")
            $0.node("C", ["b", "a", ""], ["c", ""], name: "3")
            $0.node("D", [], ["d"], name: "4")
            $0.output("c")
        }
        #expect(names == ["1", "2", "3", "4"])
    }

    @Test("unsorted nodes are sorted, and moved no more than is needed")
    func unsorted() throws {
        let names = try order {
            $0.input("x")
            $0.node("A", ["x"], ["a"], name: "1")
            $0.node("C", ["b", "d"], ["c"], name: "2")
            $0.node("B", ["x"], ["b"], name: "3")
            $0.node("E", ["x"], ["e"], name: "4")
            $0.node("D", ["b"], ["d"], name: "5")
            $0.output("c")
        }
        #expect(names == ["1", "3", "5", "2", "4"])
    }

    @Test("a long chain in reverse")
    func reversedChain() throws {
        let count = 20_000
        let names = try order { graph in
            graph.input("v0")
            for index in (0..<count).reversed() {
                graph.node("Neg", ["v\(index)"], ["v\(index + 1)"], name: "\(index)")
            }
            graph.output("v\(count)")
        }
        #expect(names == (0..<count).map(String.init))
    }

    @Test("a cycle is named in the order of the data")
    func cycle() throws {
        let message = try refusal {
            $0.input("x")
            $0.node("Add", ["x", "c"], ["a"], name: "first")
            $0.node("Neg", ["a"], ["b"])
            $0.node("Neg", ["b"], ["c"], name: "third")
            $0.output("c")
        }
        // A cycle has no beginning.
        #expect(message.hasPrefix("nodes form a cycle: "))
        #expect(message.contains(#""Neg of b" → "third""#))
        #expect(message.contains(#""first""#))
        let own = try refusal { $0.node("Neg", ["a"], ["a"], name: "own") }
        #expect(own == #"nodes form a cycle: "own""#)
    }

    @Test("a cycle of thousands of nodes has a short message")
    func longCycle() throws {
        let message = try refusal { graph in
            for index in 0..<5_000 { graph.node("Neg", ["v\(index)"], ["v\((index + 1) % 5_000)"]) }
        }
        #expect(message.hasSuffix("and 4992 more"))
        #expect(message.utf8.count < 400)
    }

    @Test("names that are defined twice")
    func duplicates() throws {
        let outputs = try refusal {
            $0.input("x")
            $0.node("A", ["x"], ["a"])
            $0.node("B", ["x"], ["a"])
        }
        #expect(outputs == #"output "a" is defined twice"#)
        let own = try refusal { $0.node("A", [], ["a", "a"]) }
        #expect(own == outputs)
        let input = try refusal {
            $0.input("a")
            $0.node("A", [], ["a"])
        }
        #expect(input == outputs)
        let inputs = try refusal {
            $0.input("a")
            $0.input("a")
        }
        #expect(inputs == #"input "a" is defined twice"#)
        let initializers = try refusal { graph in
            for _ in 0..<2 { graph.initializer("w", [1]) { $0.float(4, 1) } }
        }
        #expect(initializers == #"initializer "w" is defined twice"#)
        let weight = try refusal {
            $0.initializer("a", [1]) { $0.float(4, 1) }
            $0.node("A", [], ["a"])
        }
        #expect(weight == outputs)
        let results = try refusal {
            $0.node("A", [], ["a"])
            $0.output("a")
            $0.output("a")
        }
        #expect(results == outputs)
    }

    @Test("values that nothing produces")
    func missing() throws {
        let input = try refusal { $0.node("Neg", ["nowhere"], ["a"], name: "reader") }
        #expect(input == #"node "reader" reads "nowhere", which nothing produces"#)
        #expect(try refusal { $0.output("nowhere") } == #"output "nowhere" is produced by nothing"#)
        #expect(try refusal { $0.output("") } == "output without a name")
        #expect(try refusal { $0.input("") } == "input without a name")
        #expect(
            try refusal { $0.initializer("", [1]) { $0.float(4, 1) } } == "initializer without a name")
    }

    @Test("an initializer can be the default of an input")
    func inputDefault() throws {
        let model = try directory.load(
            ModelWriter.model {
                $0.input("x")
                $0.input("w")
                $0.initializer("w", [1]) { $0.float(4, 1) }
                $0.node("Add", ["x", "w"], ["y"])
                $0.output("y")
            })
        #expect(model.graph.inputs.map(\.name) == ["x", "w"])
        #expect(model.graph.requiredInputs.map(\.name) == ["x"])
    }
}

// MARK: Graphs within

extension GraphOrderTests {
    /// An `If` whose branch is the given graph.
    private static func choice(
        _ graph: inout WireWriter, output: String = "z", name: String = "choice", _ branch: ModelWriter.Body
    ) {
        graph.node("If", ["condition"], [output], name: name) {
            $0.attribute("then_branch", type: 5) { $0.message(6, branch) }
        }
    }

    @Test("graphs within see the values around them, which come first")
    func outerNames() throws {
        let names = try order { graph in
            graph.input("condition")
            Self.choice(&graph) { branch in
                Self.choice(&branch, output: "inner", name: "inside") { deepest in
                    deepest.node("Neg", ["late"], ["deep"])
                    deepest.output("deep")
                }
                branch.output("inner")
            }
            graph.node("Neg", ["condition"], ["late"], name: "second")
            graph.output("z")
        }
        #expect(names == ["second", "choice"])
    }

    @Test("what they read must exist, and what they define be new")
    func refusals() throws {
        let missing = try refusal { graph in
            graph.input("condition")
            Self.choice(&graph) { $0.node("Neg", ["nowhere"], ["deep"], name: "reader") }
        }
        #expect(missing == #"node "reader" reads "nowhere", which nothing produces"#)
        let shadow = try refusal { graph in
            graph.input("condition")
            Self.choice(&graph) { $0.node("Neg", ["condition"], ["condition"]) }
        }
        #expect(shadow == #"output "condition" is defined twice"#)
        let cycle = try refusal { graph in
            graph.input("condition")
            Self.choice(&graph) { $0.output("z") }
        }
        #expect(cycle == #"nodes form a cycle: "choice""#)
    }

    @Test("branches may use the same names, and do not see each other's")
    func branches() throws {
        let model = ModelWriter.model { graph in
            graph.input("condition")
            Self.choice(&graph, output: "y", name: "1") { $0.node("Neg", ["condition"], ["inner"]) }
            Self.choice(&graph, output: "z", name: "2") { $0.node("Neg", ["condition"], ["inner"]) }
        }
        #expect(try directory.load(model).graph.nodes.count == 2)
        let other = try refusal { graph in
            graph.input("condition")
            Self.choice(&graph, output: "y") { $0.node("Neg", ["condition"], ["inner"]) }
            Self.choice(&graph, output: "z") { $0.output("inner") }
        }
        #expect(other == #"output "inner" is produced by nothing"#)
    }

    @Test("nodes within are sorted too")
    func sortedWithin() throws {
        let model = ModelWriter.model { graph in
            graph.input("condition")
            Self.choice(&graph) {
                $0.node("B", ["a"], ["b"], name: "2")
                $0.node("A", ["condition"], ["a"], name: "1")
                $0.output("b")
            }
        }
        let branch = try #require(try directory.load(model).graph.nodes.first?.subgraphs.first)
        #expect(branch.nodes.map(\.name) == ["1", "2"])
    }
}
