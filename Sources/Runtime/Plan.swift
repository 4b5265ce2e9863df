package import Operators
package import Tensors
package import Threading

/// A graph made ready to run: operators bound to their attributes and some to their constants, and for every step the
/// values that nobody reads afterwards.
package struct Plan: Sendable {
    package struct Step: Sendable {
        package let name: String
        package let type: String
        let action: Action
        let inputs: [ComputeGraph.ValueID?]
        let outputs: [ComputeGraph.ValueID?]
        /// Values whose last reader is this step.
        package let released: [ComputeGraph.ValueID]
        /// The inputs that are constants, nil in place of the others and of those that the operator is bound to.
        let constants: [Tensor?]
        /// The others, and the slots that they are in.
        let variables: [(input: Int, slot: Int)]
        /// The slot of each output; nil where the graph has no use for it.
        let targets: [Int?]
        /// Those of ``released``.
        let emptied: [Int]
        /// Weights that the next step which streams any reads, one after the other, where this one has done so.
        package internal(set) var nextWeights: [MemoryRegion] = []
    }

    package enum Action: Sendable {
        case compute(any Operator)
        /// ONNX's `If`: the input chooses between two plans.
        indirect case branch(then: Plan, otherwise: Plan)
    }

    package let identity: PlanIdentity
    package let steps: [Step]
    let valueNames: [String]
    /// Constants at their numbers, nil elsewhere.
    let constants: [Tensor?]
    /// Where a run keeps each value that is no constant, or may be fed another in its place.
    let slots: [ComputeGraph.ValueID: Int]
    /// What a run starts from: nothing, but for constants that may be fed others in their place.
    let initialSlots: [Tensor?]
    /// Values that a run keeps at a time.
    package var slotCount: Int { initialSlots.count }
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
        if let recorder {
            return try recorder.lendingLog { (log) throws(RunError) in
                try run(fed, context, observer, &log)
            }
        }
        var log: RunLog?
        return try run(fed, context, observer, &log)
    }

    private func run(
        _ fed: [(ComputeGraph.ValueID, Tensor)], _ context: OperatorContext, _ observer: StepObserver?,
        _ log: inout RunLog?
    ) throws(RunError) -> [Tensor] {
        var values = initialSlots
        for (id, tensor) in fed {
            if let slot = slots[id] { values[slot] = tensor }
        }
        let firstPlace = log?.beginRun(self, fed)
        for step in steps.indices {
            if Task.isCancelled { throw .cancelled }
            try perform(step, &values, context, observer, firstPlace, &log)
            for slot in steps[step].emptied { values[slot] = nil }
            if !steps[step].nextWeights.isEmpty { context.pool.readAhead(steps[step].nextWeights) }
            log?.endStep()
        }
        log?.endRun()
        var results: [Tensor] = []
        results.reserveCapacity(outputs.count)
        for id in outputs {
            guard let tensor = value(id, values) else { throw .missingOutput(valueNames[id]) }
            results.append(tensor)
        }
        return results
    }

    private func value(_ id: ComputeGraph.ValueID, _ values: [Tensor?]) -> Tensor? {
        slots[id].map { values[$0] } ?? constants[id]
    }

    /// What a step was given, and the constants that its operator is bound to.
    private func allInputs(of step: Int, _ inputs: OperatorInputs) -> OperatorInputs {
        OperatorInputs(
            zip(steps[step].inputs, inputs.tensors).map { id, tensor in tensor ?? id.flatMap { constants[$0] }
            })
    }

    /// Runs a step, given by its index: a copy of the step would count references to all that it consists of.
    ///
    /// - Parameter firstPlace: of the steps in the log; nil if nothing is recorded.
    private func perform(
        _ step: Int, _ values: inout [Tensor?], _ context: OperatorContext, _ observer: StepObserver?,
        _ firstPlace: Int?, _ log: inout RunLog?
    ) throws(RunError) {
        var read = steps[step].constants
        for (input, slot) in steps[step].variables { read[input] = values[slot] }
        let inputs = OperatorInputs(read)
        var results: [Tensor]
        switch steps[step].action {
        case .compute(let implementation):
            do {
                results = try implementation.run(inputs, context)
            } catch {
                throw .node(NodeFailure(steps[step], allInputs(of: step, inputs), reason: error))
            }
        case .branch(let then, let otherwise):
            let condition: Bool
            do {
                condition = try inputs.tensor(0, "cond", .bool).array(Bool.self).first ?? false
            } catch {
                throw .node(NodeFailure(steps[step], inputs, reason: error))
            }
            let plan = condition ? then : otherwise
            let fed = plan.captures.compactMap { capture in
                value(capture.outer, values).map { (capture.inner, $0) }
            }
            results = try plan.run(fed, context, observer, &log)
        }
        if let observer {
            results = observer(
                StepRun(
                    steps[step], valueNames: valueNames, inputs: allInputs(of: step, inputs).tensors,
                    results: results))
        }
        for (index, slot) in steps[step].targets.enumerated() {
            guard let slot else { continue }
            guard index < results.count else {
                let reason = OperatorError.unsupported("output \(index) of \(steps[step].type)")
                throw .node(NodeFailure(steps[step], allInputs(of: step, inputs), reason: reason))
            }
            values[slot] = results[index]
        }
        if let firstPlace { log?.keepShapes(of: firstPlace + step, inputs, results) }
    }
}
