internal import Runtime

/// What is known of one graph without running it.
package struct GraphInspection: Encodable, Sendable {
    /// The file's, without `.onnx`.
    package let name: String
    package let file: String
    package let inputs: [Value]
    package let outputs: [Value]
    /// By domain; ONNX's own first.
    package let operatorSets: [OperatorSet]
    /// Of the file's graph with its subgraphs, the most frequent first.
    package let operators: [OperatorUse]
    /// Why the graph cannot be run here; empty if it can.
    package let problems: [Problem]
    /// Initializers, and tensors of `Constant` nodes, by element type, the largest first. What several share is
    /// counted for each.
    package let constants: [ConstantTotal]
    /// Files with weights beside the graph's, by path.
    package let externalFiles: [ExternalFile]
    /// Nil if no weights are quantised in blocks.
    package let quantization: QuantizationSummary?
    package let rewriting: Rewriting

    /// An input or output.
    package struct Value: Encodable, Sendable, Equatable {
        package let name: String
        /// Nil if not declared.
        package let type: String?
        /// Nil if not even the rank is declared.
        package let shape: [Axis]?
    }

    /// A number, the name of a symbol, or, where nothing is known, `?`.
    package enum Axis: Encodable, Sendable, Equatable {
        case size(Int)
        case name(String)

        package func encode(to encoder: any Encoder) throws {
            var container = encoder.singleValueContainer()
            switch self {
            case .size(let size): try container.encode(size)
            case .name(let name): try container.encode(name)
            }
        }
    }

    package struct OperatorSet: Encodable, Sendable, Equatable {
        /// `ai.onnx` for ONNX's own.
        package let domain: String
        package let version: Int
    }

    /// A kind of node.
    package struct OperatorUse: Encodable, Sendable, Equatable {
        /// With its domain, unless that is ONNX's own.
        package let type: String
        package let count: Int
        /// How many of them this engine can run.
        package let supported: Int
    }

    package struct OperatorCount: Encodable, Sendable, Equatable {
        /// As ``OperatorUse/type``.
        package let type: String
        package let count: Int
    }

    /// Something that is not supported.
    package struct Problem: Encodable, Sendable, Equatable {
        package let message: String
        /// The nodes that it is about; empty for operator sets.
        package let nodes: [String]
    }

    package struct ConstantTotal: Encodable, Sendable, Equatable {
        package let type: String
        package let tensors: Int
        package let elements: Int
        package let bytes: Int
    }

    /// What the rewrite passes make of the graph.
    package struct Rewriting: Encodable, Sendable {
        /// Whether passes that fuse were applied.
        package let fusion: Bool
        package let nodesBefore: Int
        package let nodesAfter: Int
        /// How many nodes each pass changed or removed; passes that are applied several times are summed up.
        package let passes: [Pass]
        /// Afterwards, as ``GraphInspection/operators``.
        package let operators: [OperatorCount]
        /// Nothing without fusion.
        package let nearMatches: [Near]
    }

    package struct Pass: Encodable, Sendable, Equatable {
        package let name: String
        package let count: Int
    }

    /// An operator left over that a pass might be expected to have fused.
    package struct Near: Encodable, Sendable, Equatable {
        package let pass: String
        package let type: String
        package let node: String
        package let reason: String

        init(_ match: NearMatch) {
            pass = match.pass
            type = match.type
            node = match.node
            reason = match.reason
        }
    }
}
