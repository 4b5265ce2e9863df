package import Tensors

/// A step of a plan that has just run, as an observer of the run sees it.
package struct StepRun {
    /// Name of the node, or of what a rewrite pass made of several.
    package let name: String
    /// The operator, with its domain unless that is ONNX's own.
    package let type: String
    /// Names and tensors of what the step read, in the operator's order; nil where an input is omitted.
    package let inputs: [(name: String, tensor: Tensor)?]
    /// What the step computed, in the operator's order. The name is nil where the graph has no use for it.
    package let outputs: [(name: String?, tensor: Tensor)]

    init(_ step: Plan.Step, valueNames: [String], inputs: [Tensor?], results: [Tensor]) {
        name = step.name
        type = step.type
        self.inputs = zip(step.inputs, inputs).map { id, tensor in
            guard let id, let tensor else { return nil }
            return (valueNames[id], tensor)
        }
        outputs = results.enumerated().map { index, tensor in
            let id = step.outputs.indices.contains(index) ? step.outputs[index] : nil
            return (id.map { valueNames[$0] }, tensor)
        }
    }
}

/// Called after every step of a run.
///
/// - Returns: the outputs that the run goes on with, in the same order: the step's own, or others in their
///   place.
package typealias StepObserver = (StepRun) -> [Tensor]
