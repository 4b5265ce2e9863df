package import Transcription

/// What the rows of a table of operators stand for; always within one stage.
package enum Grouping: String, Sendable, CaseIterable {
    /// All nodes with one operator.
    case op
    /// One node.
    case node
    /// All nodes of one layer of a transformer.
    case layer
    /// All nodes that one kernel computes.
    case kernel
    /// All nodes that do one kind of work.
    case kind

    /// What a node's row is called.
    package func name(of node: Profile.Node) -> String {
        switch self {
        case .op: node.op
        case .node: node.name
        case .layer: node.layer.map { "layer \($0)" } ?? "outside of layers"
        case .kernel: node.kernel
        case .kind: WorkKind(node).rawValue
        }
    }
}
