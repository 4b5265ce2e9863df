internal import ONNXFormat
internal import Operators
internal import Runtime
internal import Tensors

/// Compares the inputs and outputs of a graph with what the pipeline and `config.json` expect, at load.
struct GraphCheck {
    private let session: Session
    private let file: String

    init(_ session: Session, file: String) {
        self.session = session
        self.file = file
    }

    /// An input with its type and dimensions; nil stands for any size.
    ///
    /// - Parameter field: the field of `config.json` that the fixed dimensions are from.
    func input(
        _ name: String, _ type: ElementType, _ dimensions: [Int?], _ field: String
    ) throws(TranscriptionError) {
        guard let input = session.inputs.first(where: { $0.name == name }) else {
            throw .model("\(file): has no input \(name), only \(session.inputs.map(\.name).listed)")
        }
        guard input.elementType == type else {
            throw .model(
                "\(file): input \(name) is \(input.elementType?.description ?? "unknown"), expected \(type)")
        }
        try check("input", input, dimensions, field)
    }

    /// An output with its dimensions; nil stands for any size.
    func output(_ name: String, _ dimensions: [Int?], _ field: String) throws(TranscriptionError) {
        guard let output = session.outputs.first(where: { $0.name == name }) else {
            throw .model("\(file): has no output \(name), only \(session.outputs.map(\.name).listed)")
        }
        try check("output", output, dimensions, field)
    }

    /// Inputs that the pipeline does not know and so cannot feed.
    func noInputs(but names: Set<String>) throws(TranscriptionError) {
        let others = session.inputs.map(\.name).filter { !names.contains($0) }
        if !others.isEmpty { throw .model("\(file): unknown inputs \(others.listed)") }
    }

    private func check(
        _ kind: String, _ value: ValueInfo, _ expected: [Int?], _ field: String
    ) throws(TranscriptionError) {
        guard let dimensions = value.dimensions else { return }
        guard dimensions.count == expected.count else {
            throw .model(
                "\(file): \(kind) \(value.name) has \(dimensions.count) dimensions, expected \(expected.count)"
            )
        }
        for (axis, (dimension, size)) in zip(dimensions, expected).enumerated() {
            guard case .fixed(let found) = dimension, let size, found != size else { continue }
            throw .model(
                "\(file): \(kind) \(value.name) has \(found) along axis \(axis), "
                    + "but \(field) of config.json makes it \(size)")
        }
    }
}

extension [String] {
    fileprivate var listed: String { joined(separator: ", ") }
}

/// The outputs of a run, by name.
struct GraphOutputs {
    let tensors: [String: Tensor]
    let part: String

    func value(_ name: String) throws(TranscriptionError) -> Tensor {
        guard let tensor = tensors[name] else { throw .execution("\(part): no output \(name)") }
        return tensor
    }
}

extension Session {
    /// Runs a graph of the pipeline.
    ///
    /// - Parameter cache: where a decoder keeps keys and values; nil if they are inputs and outputs.
    /// - Throws: `CancellationError` when the task was cancelled, else ``TranscriptionError``.
    func runReporting(
        _ inputs: [String: Tensor], cache: DecodingCache? = nil, part: String
    ) throws -> GraphOutputs {
        do {
            let outputs = if let cache { try decode(inputs, cache: cache) } else { try run(inputs) }
            return GraphOutputs(tensors: outputs, part: part)
        } catch RunError.cancelled {
            throw CancellationError()
        } catch {
            throw TranscriptionError(error, in: part)
        }
    }
}
