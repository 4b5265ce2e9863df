/// One thing that was compared, and what came of it.
package struct Check: Sendable {
    /// What is compared with what.
    package enum Outcome: Sendable {
        case tensor(TensorComparison)
        case tokens(TokenComparison)
        /// The comparison could not be made because the model failed on the reference's inputs, or does not
        /// have what the reference has.
        case failure(String)
    }

    /// The graph, or the stage of the pipeline.
    package let subject: String
    /// The data set, or the case.
    package let item: String
    /// The output, or what else was compared.
    package let value: String
    package let outcome: Outcome

    package var passes: Bool {
        switch outcome {
        case .tensor(let comparison): comparison.passes
        case .tokens(let comparison): comparison.passes
        case .failure: false
        }
    }
}
