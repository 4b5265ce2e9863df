/// The first step of a run that computes something else than the reference from the reference's own values.
package struct Culprit: Sendable {
    /// A value with its type and shape.
    package struct Value: Sendable {
        package let name: String
        package let description: TensorComparison.Description
    }

    /// Why the step is the culprit.
    package enum Fault: Sendable {
        /// The named output differs.
        case output(String, TensorComparison)
        /// The step refused its inputs.
        case failure(String)
    }

    package let node: String
    /// The operator, with its domain unless that is ONNX's own.
    package let type: String
    /// Attributes and their values as text, sorted by name.
    package let attributes: [(name: String, value: String)]
    package let inputs: [Value]
    package let outputs: [Value]
    package let fault: Fault
    /// The step of the fused plan in which the node is computed, if that has another name.
    package var fusedStep: String?
    /// Nodes between the nearest reference values and this output, the culprit itself included, in the order
    /// of execution: more than one if the reference holds only some values, or if the step computes several
    /// nodes at once.
    package let region: [String]
}

/// What came of looking for the first wrong node.
package struct Bisection: Sendable {
    package let subject: String
    package let item: String
    /// Values that were compared, each computed from the reference's own values.
    package let comparedCount: Int
    /// Largest relative L2 among those that passed.
    package let largestError: Double
    package let culprit: Culprit?
}
