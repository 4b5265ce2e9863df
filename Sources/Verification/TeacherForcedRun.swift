internal import Foundation
internal import ONNXFormat
internal import Runtime
internal import Tensors

/// A run that goes on with the reference's values in place of its own.
final class TeacherForcedRun {
    private let verifier: GraphVerifier
    private let dataSet: DataSet
    private let values: IntermediateValues
    private let outputs: [String: Tensor]
    private let region: GraphRegion
    /// Values that are exactly the reference's.
    private var known: Set<String>
    private var comparedCount = 0
    private var largestError = 0.0
    private var culprit: Culprit?
    private var failure: VerificationError?

    init(
        _ verifier: GraphVerifier, _ dataSet: DataSet, _ values: IntermediateValues
    ) throws(VerificationError) {
        self.verifier = verifier
        self.dataSet = dataSet
        self.values = values
        outputs = try dataSet.outputs(of: verifier.model.graph)
        region = GraphRegion(verifier.model.graph)
        known = Set(verifier.model.graph.initializerNames + verifier.model.graph.inputs.map(\.name))
    }

    func bisection() throws(VerificationError) -> Bisection {
        let inputs = try dataSet.inputs(of: verifier.model.graph)
        do {
            _ = try verifier.session.run(inputs) { step in self.observe(step) }
        } catch .node(let nodeFailure) {
            if culprit == nil { culprit = Culprit(nodeFailure) }
        } catch {
            throw .reference("\(dataSet.directory.path): \(error)")
        }
        if let failure { throw failure }
        guard comparedCount > 0 || culprit != nil else {
            throw .reference(
                "\(dataSet.directory.path): none of the intermediate values is one of \(verifier.file.path)")
        }
        return Bisection(
            subject: verifier.name, item: dataSet.name, comparedCount: comparedCount,
            largestError: largestError, culprit: culprit)
    }

    private func observe(_ step: StepRun) -> [Tensor] {
        // Once the culprit is known, or a file of the reference is found broken, there is nothing to look for.
        guard culprit == nil, failure == nil else { return step.outputs.map(\.tensor) }
        var results: [Tensor] = []
        var reached: Set<String> = []
        for (name, tensor) in step.outputs {
            guard let name, let reference = reference(name), isComparable(name, tensor, reference) else {
                results.append(tensor)
                continue
            }
            compare(tensor, with: reference, name, of: step)
            reached.insert(name)
            results.append(reference)
        }
        known.formUnion(reached)
        return results
    }

    /// Fusion may keep a value's name but not its padding, so that what is compared next is further on. Outputs
    /// of the graph always keep their shapes.
    private func isComparable(_ name: String, _ found: Tensor, _ expected: Tensor) -> Bool {
        !verifier.isFused || outputs[name] != nil || found.shape == expected.shape
    }

    private func reference(_ name: String) -> Tensor? {
        if let output = outputs[name] { return output }
        do {
            return try values.tensor(name)
        } catch {
            failure = error
            return nil
        }
    }

    private func compare(_ found: Tensor, with expected: Tensor, _ name: String, of step: StepRun) {
        let nodes = region.nodes(computing: name, known: known)
        let comparison = TensorComparison(
            found: found, expected: expected, tolerance: tolerance(of: nodes))
        comparedCount += 1
        if comparison.passes {
            largestError = max(largestError, comparison.errors?.relativeL2 ?? 0)
        } else if culprit == nil {
            culprit = Culprit(
                step, node: region.producer(of: name), region: nodes.map(\.label),
                fault: .output(name, comparison))
        }
    }

    private func tolerance(of nodes: [Node]) -> Tolerance {
        if let given = verifier.givenTolerance { return given }
        return .relativeL2(
            region.roundsComputedValues(nodes, known: known)
                ? Tolerance.quantizedActivations : Tolerance.float32)
    }
}

extension Culprit {
    fileprivate init(_ step: StepRun, node: Node?, region: [String], fault: Fault) {
        self.init(
            node: step.name, type: step.type,
            attributes: node.map { node in
                // A step that stands for several nodes has attributes of its own.
                node.label == step.name ? node.attributes.map(\.shown).sorted { $0.name < $1.name } : []
            } ?? [],
            inputs: step.inputs.compactMap { $0.map { Value($0.name, $0.tensor) } },
            outputs: step.outputs.compactMap { output in output.name.map { Value($0, output.tensor) } },
            fault: fault, region: region)
    }

    fileprivate init(_ failure: NodeFailure) {
        self.init(
            node: failure.node, type: failure.type, attributes: [], inputs: [], outputs: [],
            fault: .failure("\(failure)"), region: [failure.node])
    }
}

extension Culprit.Value {
    fileprivate init(_ name: String, _ tensor: Tensor) {
        self.init(name: name, description: .init(elementType: tensor.elementType, shape: tensor.shape))
    }
}

extension Attribute {
    fileprivate var shown: (name: String, value: String) {
        let text =
            switch value {
            case .float(let value): "\(value)"
            case .int(let value): "\(value)"
            case .string(let bytes): "\"\(String(decoding: bytes, as: UTF8.self))\""
            case .floats(let values): "\(values)"
            case .ints(let values): "\(values)"
            case .strings(let values): "\(values.map { String(decoding: $0, as: UTF8.self) })"
            case .tensor(let tensor): "\(tensor.elementType)\(tensor.shape)"
            case .tensors(let tensors): "\(tensors.count) tensors"
            case .graph(let graph): "graph of \(graph.nodes.count) nodes"
            case .graphs(let graphs): "\(graphs.count) graphs"
            }
        return (name, text)
    }
}
