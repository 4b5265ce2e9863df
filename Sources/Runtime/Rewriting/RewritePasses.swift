package import Operators

/// How many nodes a rewrite pass changed or removed.
package struct Rewrite: Sendable, Equatable {
    package let pass: String
    package let count: Int
}

/// The rewrite passes in the order in which they are applied.
package struct RewritePasses: Sendable {
    private let passes: [any RewritePass]

    /// - Parameter fusion: whether the graph may become another than the file's. If not, it is still made
    ///   runnable.
    package init(fusion: Bool, context: OperatorContext) {
        guard fusion else {
            passes = [ConstantAlignment()]
            return
        }
        passes = [
            ConstantAlignment(),
            ConstantFolding(registry: .standard, context: context),
            RMSNormFusion(),
            RotaryFusion(),
            AttentionFusion(),
            GeluFusion(),
            SwiGLUFusion(),
            DeadNodeRemoval(),
            SkipNormFusion(),
            DeadNodeRemoval(),
            WindowFusion(),
            MatMulNBitsFusion(),
            MatMulNBitsSwiGLUFusion(),
            EpilogueFusion(),
            ReshapeFusion(),
            DeadNodeRemoval(),
        ]
    }

    package func apply(to graph: inout ComputeGraph, opsets: [String: Int]) -> [Rewrite] {
        passes.map { Rewrite(pass: $0.name, count: $0.apply(to: &graph, opsets: opsets)) }
    }
}
