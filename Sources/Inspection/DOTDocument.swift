package import Runtime

/// A graph in the language of Graphviz: a box for each node, an ellipse for each input and output, subgraphs as
/// clusters. Constants are left out.
package struct DOTDocument {
    /// The `digraph`, which others may follow in one file.
    package private(set) var text: String
    /// At the end, because a node belongs to the cluster that names it first.
    private var edges: [String] = []
    private var nodeCount = 0

    package init(_ graph: ComputeGraph, name: String) {
        text = "digraph \(name.quotedForDOT) {\n    node [shape=box, fontname=\"sans-serif\"];\n"
        let origins = append(graph, origins: [:], indentation: "    ")
        for output in graph.outputs {
            let id = appendNode(graph.values[output].name.quotedForDOT, "shape=ellipse", "    ")
            if let origin = origins[output] { edges.append("\(origin) -> \(id)") }
        }
        text += edges.map { "    \($0);\n" }.joined() + "}\n"
    }

    /// - Parameter origins: identifiers of what the graph's captured values come from.
    /// - Returns: those of all its values that are not constant.
    private mutating func append(
        _ graph: ComputeGraph, origins: [ComputeGraph.ValueID: String], indentation: String
    ) -> [ComputeGraph.ValueID: String] {
        var origins = origins
        for input in graph.inputs {
            origins[input] = appendNode(graph.values[input].name.quotedForDOT, "shape=ellipse", indentation)
        }
        for node in graph.nodes where node.type != "Constant" || !node.domain.isEmpty {
            let label = "\(node.qualifiedType)\n\(node.name)".quotedForDOT
            let id = appendNode(label, nil, indentation)
            for origin in Set(node.inputs.compactMap { $0.flatMap { origins[$0] } }).sorted() {
                edges.append("\(origin) -> \(id)")
            }
            for (name, subgraph) in node.namedSubgraphs {
                append(subgraph, "\(name) of \(node.name)", of: id, origins: origins, indentation)
            }
            for case let output? in node.outputs { origins[output] = id }
        }
        return origins
    }

    private mutating func append(
        _ subgraph: ComputeGraph, _ label: String, of id: String, origins: [ComputeGraph.ValueID: String],
        _ indentation: String
    ) {
        text += "\(indentation)subgraph \"cluster_\(nodeCount)\" {\n"
        text += "\(indentation)    label=\(label.quotedForDOT);\n"
        let captured = subgraph.captures.compactMap { capture in
            origins[capture.outer].map { (capture.inner, $0) }
        }
        let inner = append(
            subgraph, origins: Dictionary(captured, uniquingKeysWith: { first, _ in first }),
            indentation: indentation + "    ")
        text += "\(indentation)}\n"
        for origin in Set(subgraph.outputs.compactMap { inner[$0] }).sorted() {
            edges.append("\(origin) -> \(id) [style=dashed]")
        }
    }

    /// - Returns: the identifier.
    private mutating func appendNode(
        _ label: String, _ attributes: String?, _ indentation: String
    ) -> String {
        let id = "n\(nodeCount)"
        nodeCount += 1
        text += "\(indentation)\(id) [label=\(label)\(attributes.map { ", " + $0 } ?? "")];\n"
        return id
    }
}

extension String {
    /// In quotes, with line breaks kept; names may contain anything.
    fileprivate var quotedForDOT: String {
        var quoted = "\""
        for scalar in unicodeScalars {
            switch scalar {
            case "\"", "\\": quoted += "\\\(scalar)"
            case "\n": quoted += "\\n"
            case _ where scalar.properties.generalCategory == .control: quoted += "\u{FFFD}"
            default: quoted.unicodeScalars.append(scalar)
            }
        }
        return quoted + "\""
    }
}
