package import Foundation
package import ONNXFormat
package import Runtime
internal import Tensors

/// Runs a graph on the inputs of its data sets and compares the outputs.
package struct GraphVerifier: Sendable {
    package let file: URL
    package let model: Model
    package let session: Session
    /// What the user asked for.
    let givenTolerance: Tolerance?
    /// Whether the session runs a rewritten graph.
    let isFused: Bool
    /// Of the graph's outputs.
    package var tolerance: Tolerance { givenTolerance ?? .standard(for: model.graph) }

    /// - Parameter tolerance: nil for ``Tolerance/standard(for:)``.
    /// - Throws: ``VerificationError`` if the model cannot be read or run.
    package init(
        file: URL, options: Session.Options, tolerance: Tolerance? = nil, weights: WeightFiles = WeightFiles()
    ) throws(VerificationError) {
        guard Directory.exists(file) else { throw .missing("\(file.path): no such file") }
        self.file = file
        do {
            model = try Model.load(path: file.path, weights: weights)
        } catch {
            throw .model("\(error)")
        }
        do {
            session = try Session(model, options: options)
        } catch {
            throw .model("\(file.path): \(error)")
        }
        givenTolerance = tolerance
        isFused = options.fusion
    }

    /// The graph's name in reports: `decoder_init.int4`.
    package var name: String { file.deletingPathExtension().lastPathComponent }

    /// Runs a data set.
    ///
    /// - Throws: ``VerificationError`` if the data set cannot be read. A run that fails is a failed check.
    package func checks(of dataSet: DataSet) throws(VerificationError) -> [Check] {
        let inputs = try dataSet.inputs(of: model.graph)
        let expected = try dataSet.outputs(of: model.graph)
        guard !expected.isEmpty else {
            throw .missing("\(dataSet.directory.path): has no outputs (output_0.pb, …)")
        }
        return checks(item: dataSet.name, inputs: inputs, expected: expected)
    }

    /// Runs the graph and compares those of its outputs that are expected.
    func checks(item: String, inputs: [String: Tensor], expected: [String: Tensor]) -> [Check] {
        func check(_ value: String, _ outcome: Check.Outcome) -> Check {
            Check(subject: name, item: item, value: value, outcome: outcome)
        }
        let outputs: [String: Tensor]
        do {
            outputs = try session.run(inputs)
        } catch {
            return [check("run", .failure("\(error)"))]
        }
        return session.outputs.map(\.name).compactMap { name in
            guard let reference = expected[name] else { return nil }
            guard let output = outputs[name] else {
                return check(name, .failure("the graph did not produce it"))
            }
            return check(
                name, .tensor(TensorComparison(found: output, expected: reference, tolerance: tolerance)))
        }
    }
}

extension GraphVerifier {
    /// Runs all data sets of the graph.
    ///
    /// - Parameter reference: see ``DataSet/all(of:reference:)``.
    package func checks(reference: URL? = nil) throws(VerificationError) -> [Check] {
        let dataSets = DataSet.all(of: file, reference: reference)
        guard !dataSets.isEmpty else {
            let place = reference?.path ?? file.deletingLastPathComponent().path
            throw .missing("\(file.path): no test_data_set_N in \(place)")
        }
        var checks: [Check] = []
        for dataSet in dataSets { checks += try self.checks(of: dataSet) }
        return checks
    }
}
