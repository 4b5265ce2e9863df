package import Operators
package import Tensors

/// A graph made ready to run: operators bound to their attributes, and for every step the values that
/// nobody reads afterwards.
package struct Plan: Sendable {
    package struct Step: Sendable {
        let name: String
        let type: String
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

    package let steps: [Step]
    let valueNames: [String]
    /// Constants at their numbers, nil elsewhere: what a run starts from.
    let initialValues: [Tensor?]
    let inputs: [ComputeGraph.ValueID]
    let outputs: [ComputeGraph.ValueID]
    let captures: [(outer: ComputeGraph.ValueID, inner: ComputeGraph.ValueID)]
}

// MARK: Running

extension Plan {
    /// Runs all steps.
    ///
    /// - Parameters:
    ///   - fed: values known before the first step: the graph's inputs, or a subgraph's captures.
    ///   - observer: sees the outputs of every step, those of subgraphs included, and may replace them.
    /// - Returns: the graph's outputs.
    package func run(
        feeding fed: [(ComputeGraph.ValueID, Tensor)], _ context: OperatorContext,
        observer: StepObserver? = nil
    ) throws(RunError) -> [Tensor] {
        var values = initialValues
        for (id, tensor) in fed { values[id] = tensor }
        for step in steps {
            if Task.isCancelled { throw .cancelled }
            try perform(step, &values, context, observer)
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
        _ step: Step, _ values: inout [Tensor?], _ context: OperatorContext, _ observer: StepObserver?
    ) throws(RunError) {
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
                }, context, observer: observer)
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
    }
}
