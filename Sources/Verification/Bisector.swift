internal import Foundation
internal import ONNXFormat
package import Runtime
internal import Tensors

/// Finds the first node that computes something else than the reference.
///
/// A run goes on with the reference's values in place of its own wherever the reference has them. So every step
/// is judged by what it makes of the reference's own inputs, with the weights of the model under test: errors
/// do not add up along the graph, and a rounding that falls the other way accuses nobody further down.
package struct Bisector: Sendable {
    private let verifier: GraphVerifier
    private let unfused: GraphVerifier?

    /// - Parameters:
    ///   - verifier: the graph under test.
    ///   - options: of the verifier's session.
    /// - Throws: ``VerificationError`` if the graph cannot be run without fusion.
    package init(_ verifier: GraphVerifier, options: Session.Options) throws(VerificationError) {
        self.verifier = verifier
        var plain = options
        plain.fusion = false
        unfused =
            options.fusion
            ? try GraphVerifier(file: verifier.file, options: plain, tolerance: verifier.givenTolerance) : nil
    }

    /// Searches one data set. A wrong step of the fused plan is searched again in the unfused one: the culprit
    /// is the node that is wrong there, or the fused step itself if none is.
    ///
    /// - Throws: ``VerificationError`` if the data set has no intermediate values or cannot be read.
    package func search(_ dataSet: DataSet) throws(VerificationError) -> Bisection {
        guard let values = try IntermediateValues(of: dataSet) else {
            throw .missing(
                "\(dataSet.directory.path): has no intermediate values; tools/onnx/record-values makes them")
        }
        let bisection = try TeacherForcedRun(verifier, dataSet, values).bisection()
        guard let culprit = bisection.culprit, let unfused else { return bisection }
        let plain = try TeacherForcedRun(unfused, dataSet, values).bisection()
        guard var node = plain.culprit else { return bisection }
        if node.node != culprit.node { node.fusedStep = "\(culprit.node) (\(culprit.type))" }
        return Bisection(
            subject: bisection.subject, item: bisection.item, comparedCount: bisection.comparedCount,
            largestError: bisection.largestError, culprit: node)
    }
}
