internal import Operators
internal import Tensors

/// The part of an encoder that works on padded windows, with what must change for it to work on rows.
struct WindowRegion {
    private let entry: WindowFusion.Entry
    private let entryIndex: Int
    /// Reshapes into heads, `[windows, size, heads, head size]`, with the shape of a single window of rows.
    private var splits: [(node: Int, heads: Int, headSize: Int)] = []
    private var attentions: [Int] = []
    /// Reshapes of attended heads, back to `[windows, size, width]`.
    private var merges: [Int] = []
    /// The slices that trim the padding.
    private var exits: [Int] = []

    /// What is known of a value of the region.
    private enum Form: Equatable {
        /// `[windows, size, width]`
        case rows(width: Int)
        /// `[windows, size, heads, head size]`, or with the middle axes exchanged.
        case heads
        /// `[windows · size, width]`, perhaps after an axis of 1, to be trimmed along the given axis.
        case flat(axis: Int)
    }

    /// Why padding cannot be dropped.
    enum Obstacle: Error {
        /// A node that might mix rows of windows, or is not known to keep them apart.
        case node(ComputeGraph.Node)
        case isOutput
        case isNotTrimmed
        case hasNoAttention
    }

    /// Follows the windows to where the padding is trimmed.
    init(
        _ entry: WindowFusion.Entry, from index: Int, in graph: PatternGraph
    ) throws(Obstacle) {
        self.entry = entry
        entryIndex = index
        var forms: [PatternGraph.ValueID: Form] = [entry.windows: .rows(width: entry.width)]
        for (index, node) in graph.graph.nodes.enumerated() {
            let captured = node.subgraphs.values.flatMap { $0.captures.map(\.outer) }
            guard (node.inputs + captured).contains(where: { $0.map { forms[$0] != nil } ?? false }) else {
                continue
            }
            guard let form = visit(node, at: index, forms, in: graph) else { throw .node(node) }
            if let form {
                for case let output? in node.outputs { forms[output] = form }
            }
        }
        if graph.graph.outputs.contains(where: { forms[$0] != nil }) { throw .isOutput }
        if exits.isEmpty { throw .isNotTrimmed }
        if attentions.isEmpty { throw .hasNoAttention }
    }

    /// The form of a node's outputs, nil within if they leave the region; nil if rows might be mixed.
    private mutating func visit(
        _ node: ComputeGraph.Node, at index: Int, _ forms: [PatternGraph.ValueID: Form],
        in graph: PatternGraph
    ) -> Form?? {
        func form(_ input: Int) -> Form? { node.input(input).flatMap { forms[$0] } }
        func isRowConstant(_ input: Int) -> Bool { graph.constant(node.input(input))?.rank ?? 1 == 1 }
        switch (node.type, form(0)) {
        case ("LayerNormalization", .rows(let width)) where node.integer("axis") ?? -1 == -1:
            return .rows(width: width)
        case ("SkipLayerNormalization", .rows(let width)) where form(1) == .rows(width: width):
            return .rows(width: width)
        case ("Gelu", .rows(let width)): return .rows(width: width)
        case ("BiasGelu", .rows(let width)) where isRowConstant(1): return .rows(width: width)
        case ("MatMul", .rows):
            guard let weight = graph.constant(node.input(1)), weight.rank == 2 else { return nil }
            return .rows(width: weight.shape[1])
        case ("Add", _) where node.domain.isEmpty:
            guard let rows = form(0) ?? form(1), case .rows = rows else { return nil }
            let isRows = (0..<2).allSatisfy { form($0) == rows || graph.constant(node.input($0))?.rank == 1 }
            guard isRows else { return nil }
            return rows
        case ("Transpose", .heads) where node.integers("perm") == [0, 2, 1, 3]: return .heads
        case ("Reshape", .rows(let width)):
            guard let shape = graph.integers(node.input(1)) else { return nil }
            if shape == [-1, width] { return .flat(axis: 0) }
            if shape == [1, -1, width] { return .flat(axis: 1) }
            guard shape.count == 4, shape[0] == -1, shape[1] == entry.windowSize,
                shape[2].multipliedReportingOverflow(by: shape[3]) == (width, false)
            else { return nil }
            splits.append((index, shape[2], shape[3]))
            return .heads
        case ("FusedAttention", .heads) where form(1) == .heads && form(2) == .heads:
            guard node.integer("is_causal") ?? 0 == 0, hidesPadding(node.input(3), in: graph) else {
                return nil
            }
            attentions.append(index)
            return .heads
        case ("Reshape", .heads):
            guard graph.integers(node.input(1)) == [-1, entry.windowSize, entry.width] else { return nil }
            merges.append(index)
            return .rows(width: entry.width)
        case ("Slice", .flat(let axis))
        where WindowFusion.Entry.end(ofSlice: node, axis: axis, in: graph) == entry.end:
            exits.append(index)
            return .some(nil)
        default: return nil
        }
    }

    /// Whether a mask is `unsqueeze(cast(range(…) reshaped to windows ≥ rows) · low, [1, 2])`.
    private func hidesPadding(_ mask: PatternGraph.ValueID?, in graph: PatternGraph) -> Bool {
        guard let unsqueeze = graph.node(mask, "Unsqueeze"), graph.axes(unsqueeze) == [1, 2],
            let product = graph.node(unsqueeze.input(0), "Mul"),
            let (flags, low) = graph.scalarOperand(product),
            low < -1e30, let cast = graph.node(flags, "Cast"),
            let comparison = graph.node(cast.input(0), "GreaterOrEqual"),
            let places = graph.node(comparison.input(0), "Reshape"),
            graph.integers(places.input(1)) == [-1, entry.windowSize],
            let range = graph.node(places.input(0), "Range"),
            graph.integers(range.input(0)) == [0], graph.integers(range.input(2)) == [1],
            let end = graph.node(entry.end, "Reshape", "Unsqueeze"), end.input(0) == comparison.input(1)
        else { return false }
        return true
    }

    /// Makes the region work on `[1, rows, …]`.
    func rewrite(_ graph: inout PatternGraph) {
        func shape(_ dimensions: [Int], like node: ComputeGraph.Node) -> PatternGraph.ValueID {
            graph.addConstant("\(node.name).rows", Tensor(dimensions.map { Int64($0) }))
        }
        let nodes = graph.graph.nodes
        let rows = shape([1, -1, entry.width], like: nodes[entryIndex])
        graph.replace(
            at: entryIndex, with: nodes[entryIndex].becoming("Reshape", inputs: [entry.source, rows]))
        for (index, heads, headSize) in splits {
            let split = shape([1, -1, heads, headSize], like: nodes[index])
            graph.replace(
                at: index, with: nodes[index].becoming("Reshape", inputs: [nodes[index].input(0), split]))
        }
        for index in attentions {
            var attributes = nodes[index].attributes.values
            attributes["window"] = .int(entry.windowSize)
            graph.replace(
                at: index,
                with: nodes[index].becoming(
                    nodes[index].type, domain: nodes[index].domain,
                    inputs: Array(nodes[index].inputs.prefix(3)),
                    OperatorAttributes(attributes)))
        }
        for index in merges {
            graph.replace(
                at: index, with: nodes[index].becoming("Reshape", inputs: [nodes[index].input(0), rows]))
        }
        for index in exits {
            graph.replace(at: index, with: nodes[index].becoming("Identity", inputs: [nodes[index].input(0)]))
        }
    }
}
