package import Operators

/// A graph after all rewrite passes.
package struct RewrittenGraph: Sendable {
    /// What computes all that the file's graph does.
    package let graph: ComputeGraph
    /// What decodes in place, see ``CacheInPlace``, and for how many layers; nil for graphs other than
    /// decoders, and without fusion.
    package let decoding: (graph: ComputeGraph, layers: Int)?
    /// How many nodes each pass changed, in the order in which they were applied.
    package let rewrites: [Rewrite]

    /// - Parameter fusion: see ``RewritePasses/init(fusion:context:)``.
    package init(_ original: ComputeGraph, opsets: [String: Int], fusion: Bool, context: OperatorContext) {
        var graph = original
        var rewrites = RewritePasses(fusion: fusion, context: context).apply(to: &graph, opsets: opsets)
        self.graph = graph
        let layers = fusion ? CacheInPlace().apply(to: &graph, opsets: opsets) : 0
        if layers > 0 {
            rewrites.append(Rewrite(pass: "CacheInPlace", count: layers))
            rewrites.append(
                Rewrite(pass: "LastPosition", count: LastPosition().apply(to: &graph, opsets: opsets)))
            decoding = (graph, layers)
        } else {
            decoding = nil
        }
        self.rewrites = rewrites
    }
}
