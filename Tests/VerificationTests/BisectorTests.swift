import Foundation
import Kernels
import ONNXFormat
import Runtime
import Tensors
import TestSupport
import Testing
import Verification

/// One changed byte of a model's weights is noticed, and the node that reads it is named.
@Suite struct BisectorTests {
    static let settings = [true, false].map {
        RunSettings(instructionSet: InstructionSet.supported[0], threads: 2, fusion: $0)
    }

    @Test(arguments: settings)
    func untouchedModelHasNoWrongNode(settings: RunSettings) throws {
        let options = try settings.sessionOptions()
        let model = Fixtures.directory.appending(path: "toy-fused/decoder_step.int4.onnx")
        let recorded = Fixtures.directory.appending(path: "toy-fused/recorded")
        let bisector = try Bisector(GraphVerifier(file: model, options: options), options: options)
        let dataSet = try #require(DataSet.all(of: model, reference: recorded).first)
        let bisection = try bisector.search(dataSet)
        #expect(bisection.culprit == nil)
        // Fused steps produce fewer of the values.
        #expect(settings.fusion ? bisection.comparedCount > 50 : bisection.comparedCount == 154)
    }

    @Test(arguments: ["toy", "toy-fused", "toy-torchscript"], settings)
    func damagedFixture(name: String, settings: RunSettings) async throws {
        try await findDamage(Fixtures.directory.appending(path: name), settings, seed: 1)
    }

    @Test(.enabled(if: Fixtures.hasReferenceData), arguments: ["mini", "mini-fused"], settings)
    func damagedReference(name: String, settings: RunSettings) async throws {
        let data = try #require(Fixtures.referenceData)
        try await findDamage(data.appending(path: "reference/\(name)"), settings, seed: 2)
    }

    /// Tries ten places of the weights that are drawn at random.
    private func findDamage(_ original: URL, _ settings: RunSettings, seed: UInt64) async throws {
        let options = try settings.sessionOptions()
        let damaged = try DamagedModel(copying: original)
        var generator = Generator(state: seed)
        let files = try FileManager.default.contentsOfDirectory(atPath: original.path)
            .filter { $0.hasSuffix(".onnx") && $0 != "encoder.int4.onnx" }.sorted()
        var recorded: [String: DataSet] = [:]
        for _ in 0..<10 {
            let name = try #require(files.randomElement(using: &generator))
            let file = damaged.directory.appending(path: name)
            let dataSet =
                try recorded[name] ?? RecordedValues.write(original.appending(path: name), in: damaged)
            recorded[name] = dataSet
            let graph = try Model.load(path: file.path).graph
            let place = try WeightPlace.random(in: graph, using: &generator)
            let (checks, bisection) = try await damaged.withDamage(
                to: place.name, element: place.element, mask: place.mask, in: file
            ) {
                let verifier = try GraphVerifier(file: file, options: options)
                return (
                    try verifier.checks(of: dataSet),
                    try Bisector(verifier, options: options).search(dataSet)
                )
            }
            let culprit = bisection.culprit
            #expect(
                place.readers.contains(culprit?.node ?? "none"),
                "\(name) \(place.name)[\(place.element)]: \(culprit.map { "\($0)" } ?? "nothing found")")
            // One of the many roundings to four bits may stay below what int8 roundings do anyway.
            if !name.contains(".int4.") {
                #expect(checks.contains { !$0.passes }, "\(name) \(place.name)[\(place.element)]")
            }
        }
    }
}

/// A weight to damage.
private struct WeightPlace {
    let name: String
    let element: Int
    let mask: UInt8
    /// Labels of the nodes that read it.
    let readers: Set<String>

    /// A random element of a random tensor of weights.
    ///
    /// Tables that a run reads some rows of are left out: a change elsewhere has no effect to be found.
    static func random(in graph: Graph, using generator: inout Generator) throws -> WeightPlace {
        let selecting: Set = ["Gather", "Slice", "GatherND"]
        let candidates = graph.initializerNames.filter { name in
            guard let tensor = graph.initializers[name], tensor.elementCount >= 16 else { return false }
            let readers = graph.nodes.filter { $0.inputs.contains(name) }
            return [.float32, .uint8].contains(tensor.elementType) && !readers.isEmpty
                && readers.allSatisfy { !selecting.contains($0.type) }
        }
        let name = try #require(candidates.randomElement(using: &generator))
        let tensor = try #require(graph.initializers[name])
        return WeightPlace(
            name: name, element: Int.random(in: 0..<tensor.elementCount, using: &generator),
            // The largest bit of a float's exponent; all bits of two 4-bit weights.
            mask: tensor.elementType == .float32 ? 0x40 : 0xFF,
            readers: Set(graph.nodes.filter { $0.inputs.contains(name) }.map(\.label)))
    }
}

/// The values inside of a run of this engine, as a reference.
private enum RecordedValues {
    /// Runs the first data set of a graph of the original, without fusion, and writes all that it computes.
    static func write(_ model: URL, in damaged: DamagedModel) throws -> DataSet {
        let settings = RunSettings(instructionSet: InstructionSet.supported[0], threads: 1, fusion: false)
        let verifier = try GraphVerifier(file: model, options: settings.sessionOptions())
        let source = try #require(DataSet.all(of: model, reference: nil).first)
        let inputs = try source.inputs(of: verifier.model.graph)
        var values: [String: Tensor] = [:]
        let outputs = try verifier.session.run(inputs) { step in
            for (name, tensor) in step.outputs { if let name { values[name] = tensor } }
            return step.outputs.map(\.tensor)
        }
        let directory = damaged.directory.appending(path: "\(verifier.name)/test_data_set_0")
        let folder = directory.appending(path: IntermediateValues.folder)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        for (index, input) in verifier.model.graph.inputs.enumerated() {
            guard let tensor = inputs[input.name] else { continue }
            let file = directory.appending(path: "input_\(index).pb")
            try TensorFile.write(tensor, name: input.name, to: file.path)
        }
        for (index, name) in verifier.session.outputs.map(\.name).enumerated() {
            let tensor = try #require(outputs[name])
            try TensorFile.write(tensor, name: name, to: directory.appending(path: "output_\(index).pb").path)
        }
        var files: [String: String] = [:]
        for (name, tensor) in values {
            files[name] = "\(files.count).pb"
            try TensorFile.write(tensor, name: name, to: folder.appending(path: "\(files.count - 1).pb").path)
        }
        try JSONEncoder().encode(["values": files]).write(to: folder.appending(path: "index.json"))
        return DataSet(directory: directory)
    }
}

/// Numbers that are the same in every run of the tests: SplitMix64.
private struct Generator: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
