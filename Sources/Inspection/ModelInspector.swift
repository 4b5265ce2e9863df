internal import Foundation
internal import ONNXFormat
internal import Operators
package import Runtime
internal import Tensors
internal import Threading
package import Transcription

/// Reads models, and looks at what is in them.
package struct ModelInspector: Sendable {
    /// A graph of a model with what is known of it.
    package struct Inspected: Sendable {
        package let inspection: GraphInspection
        /// As in the file without fusion, else after rewriting.
        package let graph: ComputeGraph
    }

    private let fusion: Bool
    private let context: OperatorContext

    /// - Parameter fusion: whether graphs are rewritten as they are for a run, or left as their files have
    ///   them.
    package init(fusion: Bool) {
        self.fusion = fusion
        // Folding of constants is all that is computed.
        context = OperatorContext(pool: ThreadPool(threads: 1))
    }

    /// Looks at a `.onnx` file, or at all in a directory. What cannot be run is reported, not refused.
    ///
    /// - Throws: ``TranscriptionError`` if there is no such model, or a file of it is damaged.
    package func inspect(
        _ path: String
    ) throws(TranscriptionError) -> (report: ModelInspection, graphs: [Inspected]) {
        var isDirectory: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory) else {
            throw .missing("\(path): no such file or directory")
        }
        var files = [URL(filePath: path)]
        var configuration: ConfigurationSummary?
        if isDirectory.boolValue {
            let directory = files[0]
            files = try Self.models(in: directory)
            let file = directory.appending(path: "config.json")
            if FileManager.default.fileExists(atPath: file.path) {
                configuration = ConfigurationSummary(try ModelConfiguration(file: file))
            }
        }
        var inspected: [Inspected] = []
        for file in files { inspected.append(try inspect(file)) }
        let report = ModelInspection(
            model: path, configuration: configuration, graphs: inspected.map(\.inspection))
        return (report, inspected)
    }

    private static func models(in directory: URL) throws(TranscriptionError) -> [URL] {
        let names: [String]
        do {
            names = try FileManager.default.contentsOfDirectory(atPath: directory.path)
        } catch {
            throw .missing("\(directory.path): \(error.localizedDescription)")
        }
        let models = names.filter { $0.hasSuffix(".onnx") && !$0.hasPrefix(".") }.sorted()
        guard !models.isEmpty else { throw .missing("\(directory.path): has no .onnx file") }
        return models.map { directory.appending(path: $0) }
    }

    private func inspect(_ file: URL) throws(TranscriptionError) -> Inspected {
        let weights = WeightFiles()
        let model: Model
        do {
            model = try Model.load(path: file.path, weights: weights)
        } catch {
            throw .model("\(error)")
        }
        return inspect(model, file: file, weightFiles: weights.paths)
    }

    /// - Parameter weightFiles: paths of the files with external data.
    private func inspect(_ model: Model, file: URL, weightFiles: [String]) -> Inspected {
        let graph = ComputeGraph(model.graph)
        let opsets = model.operatorSets
        let rewritten = RewrittenGraph(graph, opsets: opsets, fusion: fusion, context: context)
        let constants = graph.constants
        let inspection = GraphInspection(
            name: file.deletingPathExtension().lastPathComponent, file: file.path,
            inputs: model.graph.requiredInputs.map(GraphInspection.Value.init),
            outputs: model.graph.outputs.map(GraphInspection.Value.init),
            operatorSets: opsets.sorted { $0.key < $1.key }.map {
                .init(domain: $0.key.isEmpty ? "ai.onnx" : $0.key, version: $0.value)
            },
            operators: graph.operatorUses(opsets: opsets), problems: graph.problems(opsets: opsets),
            constants: GraphInspection.ConstantTotal.all(of: constants),
            externalFiles: ExternalFile.all(of: constants, among: weightFiles),
            quantization: QuantizationSummary(
                graph,
                floatElements: constants.reduce(0) {
                    $1.elementType.isFloatingPoint ? $0 + $1.elementCount : $0
                }),
            rewriting: GraphInspection.Rewriting(fusion: fusion, before: graph, after: rewritten))
        return Inspected(inspection: inspection, graph: fusion ? rewritten.graph : graph)
    }
}
