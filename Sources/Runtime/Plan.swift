package import Operators
package import Tensors
internal import Threading

/// A graph made ready to run: operators bound to their attributes, and for every step the values that
/// nobody reads afterwards.
package struct Plan: Sendable {
    package struct Step: Sendable {
        package let name: String
        package let type: String
        let action: Action
        let inputs: [ComputeGraph.ValueID?]
        let outputs: [ComputeGraph.ValueID?]
        /// Values whose last reader is this step.
        package let released: [ComputeGraph.ValueID]
    }

    package enum Action: Sendable {
        case compute(any Operator)
        /// ONNX's `If`: the input chooses between two plans.
        indirect case branch(then: Plan, otherwise: Plan)
    }

    package let identity: PlanIdentity
    package let steps: [Step]
    let valueNames: [String]
    /// Constants at their numbers, nil elsewhere: what a run starts from.
    let initialValues: [Tensor?]
    let inputs: [ComputeGraph.ValueID]
    let outputs: [ComputeGraph.ValueID]
    let captures: [(outer: ComputeGraph.ValueID, inner: ComputeGraph.ValueID)]
}

/// Tells plans apart: copies of one share it.
package final class PlanIdentity: Sendable {}

// MARK: Running

extension Plan {
    /// Runs all steps.
    ///
    /// - Parameters:
    ///   - fed: values known before the first step: the graph's inputs, or a subgraph's captures.
    ///   - observer: sees the outputs of every step, those of subgraphs included, and may replace them.
    ///   - recorder: is told when each step ran, those of subgraphs included.
    /// - Returns: the graph's outputs.
    package func run(
        feeding fed: [(ComputeGraph.ValueID, Tensor)], _ context: OperatorContext,
        observer: StepObserver? = nil, recorder: RunRecorder? = nil
    ) throws(RunError) -> [Tensor] {
        let run = recorder?.beginRun(self) ?? 0
        defer { recorder?.endRun(run) }
        var values = initialValues
        for (id, tensor) in fed { values[id] = tensor }
        for (index, step) in steps.enumerated() {
            if Task.isCancelled { throw .cancelled }
            if let recorder {
                let start = MonotonicClock.now
                let (inputs, results) = try perform(step, &values, context, observer, recorder)
                recorder.record(run: run, step: index, start: start, inputs: inputs.tensors, outputs: results)
            } else {
                _ = try perform(step, &values, context, observer, nil)
            }
            for id in step.released { values[id] = nil }
        }
        var results: [Tensor] = []
        results.reserveCapacity(outputs.count)
        for id in outputs {
            guard let tensor = values[id] else { throw .missingOutput(valueNames[id]) }
            results.append(tensor)
        }
        return results
    }

    private func perform(
        _ step: Step, _ values: inout [Tensor?], _ context: OperatorContext, _ observer: StepObserver?,
        _ recorder: RunRecorder?
    ) throws(RunError) -> (inputs: OperatorInputs, results: [Tensor]) {
        let inputs = OperatorInputs(step.inputs.map { $0.flatMap { values[$0] } })
        var results: [Tensor]
        switch step.action {
        case .compute(let implementation):
            do {
                results = try implementation.run(inputs, context)
            } catch {
                throw .node(NodeFailure(step, inputs, reason: error))
            }
        case .branch(let then, let otherwise):
            let condition: Bool
            do {
                condition = try inputs.tensor(0, "cond", .bool).array(Bool.self).first ?? false
            } catch {
                throw .node(NodeFailure(step, inputs, reason: error))
            }
            let plan = condition ? then : otherwise
            results = try plan.run(
                feeding: plan.captures.compactMap { capture in
                    values[capture.outer].map { (capture.inner, $0) }
                }, context, observer: observer, recorder: recorder)
        }
        if let observer {
            results = observer(
                StepRun(step, valueNames: valueNames, inputs: inputs.tensors, results: results))
        }
        for (index, id) in step.outputs.enumerated() {
            guard let id else { continue }
            guard index < results.count else {
                throw .node(
                    NodeFailure(step, inputs, reason: .unsupported("output \(index) of \(step.type)")))
            }
            values[id] = results[index]
        }
        return (inputs, results)
    }
}
