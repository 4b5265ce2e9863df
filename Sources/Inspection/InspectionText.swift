internal import Foundation
internal import Reports

/// An inspection as people read it.
package struct InspectionText {
    package private(set) var lines: [String] = []

    /// All lines, each with its end.
    package var text: String { lines.map { $0 + "\n" }.joined() }

    package init(_ inspection: ModelInspection) {
        if let configuration = inspection.configuration {
            lines.append("\(inspection.model): \(Self.text(configuration))")
        }
        for graph in inspection.graphs {
            if !lines.isEmpty { lines.append("") }
            lines.append("\(graph.name) (\(graph.file))")
            appendInterface(graph)
            appendOperators(graph)
            appendWeights(graph)
            appendRewriting(graph.rewriting)
        }
    }

    private static func text(_ configuration: ConfigurationSummary) -> String {
        "\(configuration.layers) layers of \(configuration.hiddenSize), "
            + "\(configuration.attentionHeads) heads of \(configuration.headSize) "
            + "for \(configuration.keyValueHeads) of keys and values, "
            + "vocabulary \(configuration.vocabularySize)"
            + (configuration.embeddingType.map { " (\($0))" } ?? "") + ", \(configuration.melBins) mel bins"
    }

    private mutating func append(_ title: String, _ table: TextTable) {
        lines += ["", "  " + title] + table.lines.map { "    " + $0 }
    }

    private mutating func appendInterface(_ graph: GraphInspection) {
        var table = TextTable(["", "name", "type", "shape"])
        for (kind, values) in [("input", graph.inputs), ("output", graph.outputs)] {
            for value in values {
                let axes = value.shape?.map { axis in
                    switch axis {
                    case .size(let size): "\(size)"
                    case .name(let name): Self.oneLine(name)
                    }
                }
                table.append([
                    kind, Self.oneLine(value.name), value.type ?? "?",
                    axes.map { "[\($0.joined(separator: ", "))]" } ?? "?",
                ])
            }
        }
        append("inputs and outputs", table)
    }

    private mutating func appendOperators(_ graph: GraphInspection) {
        let sets = graph.operatorSets.map { "\(Self.oneLine($0.domain)) \($0.version)" }
            .joined(separator: ", ")
        var table = TextTable(["operator", ">in file", ">after rewriting", "supported"])
        let after = graph.rewriting.operators
        for use in graph.operators {
            let rewritten = after.first { $0.type == use.type }?.count ?? 0
            let isSupported = use.supported == use.count
            table.append([
                Self.oneLine(use.type), "\(use.count)", "\(rewritten)",
                isSupported ? "yes" : use.supported == 0 ? "NO" : "NOT \(use.count - use.supported)",
            ])
        }
        for new in after where !graph.operators.contains(where: { $0.type == new.type }) {
            table.append([Self.oneLine(new.type), "0", "\(new.count)", "yes"])
        }
        append("operators (\(sets))", table)
        if graph.problems.isEmpty { return }
        lines += ["", "  not supported"]
        for problem in graph.problems {
            lines.append("    \(Self.oneLine(problem.message))")
            lines += problem.nodes.map { "      \(Self.oneLine($0))" }
        }
    }

    private mutating func appendWeights(_ graph: GraphInspection) {
        var constants = TextTable(["type", ">tensors", ">elements", ">size"])
        for total in graph.constants {
            constants.append([
                total.type, "\(total.tensors)", "\(total.elements)", Self.size(total.bytes),
            ])
        }
        append("weights and constants", constants)
        if !graph.externalFiles.isEmpty {
            var files = TextTable(["file", ">used", ">size"])
            for file in graph.externalFiles {
                files.append([file.path, Self.size(file.usedBytes), Self.size(file.bytes)])
            }
            append("external files", files)
        }
        guard let quantization = graph.quantization else { return }
        var table = TextTable([">bits", ">block", ">accuracy level", "zero points", ">nodes", ">parameters"])
        for use in quantization.uses {
            table.append([
                "\(use.kind.bits)", "\(use.kind.blockSize)", "\(use.kind.accuracyLevel)",
                use.kind.hasZeroPoints ? "yes" : "no", "\(use.nodes)", "\(use.parameters)",
            ])
        }
        let share = String(format: "%.1f", 100 * quantization.share)
        let title =
            "MatMulNBits: \(share) % of \(quantization.parameters) parameters, "
            + Self.size(quantization.bytes)
        append(title, table)
    }

    private mutating func appendRewriting(_ rewriting: GraphInspection.Rewriting) {
        var passes = TextTable(["pass", ">nodes"])
        for pass in rewriting.passes { passes.append([pass.name, "\(pass.count)"]) }
        append("rewriting: \(rewriting.nodesBefore) nodes become \(rewriting.nodesAfter)", passes)
        if rewriting.nearMatches.isEmpty { return }
        var near = TextTable(["pass", "operator", "node", "reason"])
        for match in rewriting.nearMatches {
            near.append([
                match.pass, Self.oneLine(match.type), Self.oneLine(match.node), Self.oneLine(match.reason),
            ])
        }
        append("left over by passes", near)
    }

    /// A name of a file without what would move a terminal's cursor.
    private static func oneLine(_ name: String) -> String {
        String(
            String.UnicodeScalarView(
                name.unicodeScalars.map { $0.properties.generalCategory == .control ? "\u{FFFD}" : $0 }))
    }

    private static func size(_ bytes: Int) -> String {
        var value = Double(bytes)
        for unit in ["B", "KiB", "MiB"] {
            if value < 1_024 { return String(format: unit == "B" ? "%.0f \(unit)" : "%.1f \(unit)", value) }
            value /= 1_024
        }
        return String(format: "%.1f GiB", value)
    }
}
