internal import ONNXFormat
internal import Operators
internal import Runtime
internal import Tensors

/// Compares the inputs and outputs of a graph with what the pipeline and `config.json` expect, at load.
struct GraphCheck {
    /// What a dimension must be.
    enum Size {
        case any
        case exactly(Int)
        /// As a field of `config.json` says.
        case configured(Int, String)
    }

    private let session: Session
    private let file: String

    init(_ session: Session, file: String) {
        self.session = session
        self.file = file
    }

    /// An input with its type and dimensions.
    func input(
        _ name: String, _ type: ElementType, _ dimensions: [Size]
    ) throws(TranscriptionError) {
        guard let input = session.inputs.first(where: { $0.name == name }) else {
            throw .model("\(file): has no input \(name), only \(session.inputs.map(\.name).listed)")
        }
        guard input.elementType == type else {
            throw .model(
                "\(file): input \(name) is \(input.elementType?.description ?? "unknown"), expected \(type)")
        }
        try check("input", input, dimensions)
    }

    /// An output with its dimensions.
    func output(_ name: String, _ dimensions: [Size]) throws(TranscriptionError) {
        guard let output = session.outputs.first(where: { $0.name == name }) else {
            throw .model("\(file): has no output \(name), only \(session.outputs.map(\.name).listed)")
        }
        try check("output", output, dimensions)
    }

    /// Inputs that the pipeline does not know and so cannot feed.
    func noInputs(but names: Set<String>) throws(TranscriptionError) {
        let others = session.inputs.map(\.name).filter { !names.contains($0) }
        if !others.isEmpty { throw .model("\(file): unknown inputs \(others.listed)") }
    }

    private func check(
        _ kind: String, _ value: ValueInfo, _ expected: [Size]
    ) throws(TranscriptionError) {
        guard let dimensions = value.dimensions else { return }
        guard dimensions.count == expected.count else {
            throw .model(
                "\(file): \(kind) \(value.name) has \(dimensions.count) dimensions, expected \(expected.count)"
            )
        }
        for (axis, (dimension, size)) in zip(dimensions, expected).enumerated() {
            guard case .fixed(let found) = dimension else { continue }
            let place = "\(file): \(kind) \(value.name) has \(found) along axis \(axis)"
            switch size {
            case .exactly(let size) where size != found:
                throw .model("\(place), expected \(size)")
            case .configured(let size, let field) where size != found:
                throw .model("\(place), but \(field) of config.json makes it \(size)")
            case .any, .exactly, .configured: break
            }
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

    /// A float32 output with its dimensions; nil stands for any size but 0. A graph need not declare them, so
    /// that ``GraphCheck`` may have seen nothing at load.
    func value(_ name: String, _ dimensions: [Int?]) throws(TranscriptionError) -> Tensor {
        guard let tensor = tensors[name] else { throw .execution("\(part): no output \(name)") }
        let agrees =
            tensor.elementType == .float32 && tensor.rank == dimensions.count
            && zip(tensor.shape, dimensions).allSatisfy { found, size in
                size.map { $0 == found } ?? (found > 0)
            }
        guard agrees else {
            let expected = dimensions.map { $0.map(String.init) ?? "?" }.joined(separator: ", ")
            throw .model(
                "\(part): output \(name) is \(tensor.elementType) \(tensor.shape), "
                    + "but config.json makes it float32 [\(expected)]")
        }
        return tensor
    }
}

extension Session {
    /// Runs a graph of the pipeline.
    ///
    /// - Parameters:
    ///   - cache: where a decoder keeps keys and values; nil if they are inputs and outputs.
    ///   - recorder: is told when each step of the plan ran.
    /// - Throws: `CancellationError` when the task was cancelled, else ``TranscriptionError``.
    func runReporting(
        _ inputs: [String: Tensor], cache: DecodingCache? = nil, part: String,
        _ recorder: RunRecorder? = nil
    ) throws -> GraphOutputs {
        do {
            let outputs =
                if let cache {
                    try decode(inputs, cache: cache, recorder: recorder)
                } else {
                    try run(inputs, recorder: recorder)
                }
            return GraphOutputs(tensors: outputs, part: part)
        } catch RunError.cancelled {
            throw CancellationError()
        } catch {
            throw TranscriptionError(error, in: part)
        }
    }
}
