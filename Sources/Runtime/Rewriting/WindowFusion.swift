internal import Operators
internal import Tensors

/// Rows that pad the encoder's last attention window are dropped, with the mask that hides them.
///
/// The encoder pads its rows to whole windows, `[windows, size, width]`, works on each window, and trims the
/// padding at the end. If all between is known to keep rows apart, or is attention within windows under a
/// mask that hides just the padding, it may as well work on `[1, rows, width]` with attention that knows of
/// windows.
package struct WindowFusion: RewritePass {
    package let name = "WindowFusion"

    package init() {}

    package func apply(to graph: inout ComputeGraph, opsets: [String: Int]) -> Int {
        var pattern = PatternGraph(graph)
        var count = 0
        for index in pattern.graph.nodes.indices {
            guard let entry = Entry(pattern.graph.nodes[index], in: pattern),
                let region = try? WindowRegion(entry, from: index, in: pattern)
            else { continue }
            region.rewrite(&pattern)
            count += 1
        }
        graph = pattern.graph
        return count
    }

    /// `reshape(pad(slice(x, 0, rows)), [-1, size, width])`
    struct Entry {
        /// What is padded, `[rows, width]`.
        let source: PatternGraph.ValueID
        let windows: PatternGraph.ValueID
        let windowSize: Int
        let width: Int
        /// The number of rows, as the slice has it: of one element, rank 1.
        let end: PatternGraph.ValueID

        init?(_ node: ComputeGraph.Node, in graph: PatternGraph) {
            guard node.type == "Reshape", let shape = graph.integers(node.input(1)), shape.count == 3,
                shape[0] == -1, shape[1] > 0, shape[2] > 0,
                let pad = graph.node(node.input(0), "Pad"), let source = pad.input(0),
                [0, 1, 3].allSatisfy({ graph.entry($0, ofShape: pad.input(1)) == 0 }),
                let end = Self.end(ofSlice: graph.node(source, "Slice"), axis: 0, in: graph),
                let windows = node.outputs[0]
            else { return nil }
            self.source = source
            self.windows = windows
            windowSize = shape[1]
            width = shape[2]
            self.end = end
        }

        /// Where a slice from 0 along an axis ends.
        static func end(
            ofSlice node: ComputeGraph.Node?, axis: Int, in graph: PatternGraph
        ) -> PatternGraph.ValueID? {
            guard let node, graph.integers(node.input(1)) == [0], graph.integers(node.input(3)) == [axis],
                node.input(4) == nil || graph.integers(node.input(4)) == [1]
            else { return nil }
            return node.input(2)
        }
    }
}
