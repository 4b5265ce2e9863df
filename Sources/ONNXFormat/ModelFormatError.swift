package import Tensors

/// Why a file is not a model, or a tensor, that this engine can use.
package struct ModelFormatError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The `.onnx` or `.pb` file.
    package let path: String
    package let problem: ModelProblem

    package init(path: String, _ problem: ModelProblem) {
        self.path = path
        self.problem = problem
    }

    package var description: String { "\(path): \(problem)" }
}

/// What is wrong with a model; ``ModelFormatError`` adds the file.
package enum ModelProblem: Error, Sendable, Equatable, CustomStringConvertible {
    case cannotOpen(reason: String)
    case notARegularFile
    case cannotWrite(reason: String)
    /// The bytes are no protobuf message, or not one of the expected kind.
    case corrupt(String)
    case nestedTooDeeply(limit: Int)
    /// A small file that takes a lot of memory.
    case expandsTooFar(limit: Int)
    /// Text that is not UTF-8 or contains NUL, as far as it can be read, and where it is.
    case invalidText(where: String, text: String)
    /// Something valid that this engine does not read.
    case unsupported(what: String, name: String)
    case operatorSet(domain: String, reason: String)
    case attribute(node: String, attribute: String, reason: String)
    case tensor(name: String, TensorProblem)
    case valueInfo(name: String, reason: String)
    case graph(GraphProblem)

    package var description: String {
        switch self {
        case .cannotOpen(let reason): reason
        case .notARegularFile: "not a regular file"
        case .cannotWrite(let reason): "cannot be written: \(reason)"
        case .corrupt(let reason): "truncated or corrupt: \(reason)"
        case .nestedTooDeeply(let limit): "messages are nested more than \(limit) deep"
        case .expandsTooFar(let limit):
            "unpacks to more than \(limit) bytes, far more than a model of its size needs"
        case .invalidText(let place, let text):
            "\(place) is not UTF-8 text without NUL: \(text.quotedForMessage)"
        case .unsupported(let what, let name): "\(what) \(name.quotedForMessage) is not supported"
        case .operatorSet(let domain, let reason):
            "operator set \((domain.isEmpty ? "ai.onnx" : domain).quotedForMessage): \(reason)"
        case .attribute(let node, let attribute, let reason):
            "node \(node.quotedForMessage): attribute \(attribute.quotedForMessage) \(reason)"
        case .tensor(let name, let problem): "tensor \(name.quotedForMessage): \(problem)"
        case .valueInfo(let name, let reason): "value \(name.quotedForMessage): \(reason)"
        case .graph(let problem): problem.description
        }
    }
}

/// What is wrong with the values of one tensor.
package enum TensorProblem: Error, Sendable, Equatable, CustomStringConvertible {
    /// An element type of ONNX that this engine does not have.
    case unsupportedElementType(name: String)
    case unknownElementType(Int32)
    /// Negative, or more elements than can be addressed.
    case dimensions([Int64])
    case rank(Int, limit: Int)
    case byteCount(expected: Int, found: Int, type: ElementType, shape: Shape)
    case elementCount(expected: Int, found: Int, field: String)
    case valueOutOfRange(value: String, type: ElementType)
    case conflictingData
    case unsupported(String)
    case external(ExternalDataProblem)

    package var description: String {
        switch self {
        case .unsupportedElementType(let name): "element type \(name) is not supported"
        case .unknownElementType(let value): "unknown element type \(value)"
        case .dimensions(let dimensions): "dimensions \(dimensions) are negative or too large"
        case .rank(let rank, let limit): "has \(rank) dimensions, at most \(limit) are supported"
        case .byteCount(let expected, let found, let type, let shape):
            "\(type) \(shape) takes \(expected) bytes, found \(found)"
        case .elementCount(let expected, let found, let field):
            "expected \(expected) elements in \(field), found \(found)"
        case .valueOutOfRange(let value, let type): "value \(value) is out of range for \(type)"
        case .conflictingData: "its values are given more than once"
        case .unsupported(let what): "\(what) not supported"
        case .external(let problem): problem.description
        }
    }
}

/// What is wrong with a tensor's values that lie in a file of their own.
package enum ExternalDataProblem: Error, Sendable, Equatable, CustomStringConvertible {
    case missingLocation
    case repeatedKey(String)
    case escapesModelDirectory(location: String)
    case notARegularFile(path: String)
    case cannotOpen(path: String, reason: String)
    /// An offset or a length that is no number, or negative.
    case invalidNumber(key: String, value: String)
    case fileTooShort(path: String, byteCount: Int, offset: Int, length: Int)

    package var description: String {
        switch self {
        case .missingLocation: "external data has no location"
        case .repeatedKey(let key): "external data has \(key.quotedForMessage) twice"
        case .escapesModelDirectory(let location):
            "external data \(location.quotedForMessage) escapes the model directory"
        case .notARegularFile(let path): "external data \(path.quotedForMessage) is not a regular file"
        case .cannotOpen(let path, let reason): "external data \(path.quotedForMessage): \(reason)"
        case .invalidNumber(let key, let value):
            "external data has the \(key) \(value.quotedForMessage), which is not a number of bytes"
        case .fileTooShort(let path, let byteCount, let offset, let length):
            // Both are at most Int.max, so that the sum fits.
            "external data \(path.quotedForMessage): file has \(byteCount) bytes, "
                + "needs \(UInt(offset) + UInt(length)) (\(length) at offset \(offset))"
        }
    }
}

/// What is wrong with how the nodes of a graph are connected.
package enum GraphProblem: Error, Sendable, Equatable, CustomStringConvertible {
    /// Two inputs, initializers or outputs of one name, or a name of an enclosing graph.
    case duplicateName(String, kind: String)
    case emptyName(kind: String)
    /// A value that nothing produces.
    case missingInput(String, node: String)
    case missingOutput(String)
    /// The nodes of a cycle, in the order of the data.
    case cycle(nodes: [String])

    package var description: String {
        switch self {
        case .duplicateName(let name, let kind): "\(kind) \(name.quotedForMessage) is defined twice"
        case .emptyName(let kind): "\(kind) without a name"
        case .missingInput(let name, let node):
            "node \(node.quotedForMessage) reads \(name.quotedForMessage), which nothing produces"
        case .missingOutput(let name): "output \(name.quotedForMessage) is produced by nothing"
        case .cycle(let nodes):
            "nodes form a cycle: "
                + nodes.prefix(8).map(\.quotedForMessage).joined(separator: " → ")
                + (nodes.count > 8 ? " and \(nodes.count - 8) more" : "")
        }
    }
}

extension String {
    /// In quotes, on one line, without control characters and not endless: names come from the file.
    var quotedForMessage: String {
        let limit = 200
        let start = prefix(limit)
        let shortened = start.endIndex == endIndex ? self : start + "…"
        return shortened.debugDescription
    }
}
