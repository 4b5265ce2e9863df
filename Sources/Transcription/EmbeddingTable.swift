internal import Foundation
internal import Tensors

/// The token embeddings of `embed_tokens.bin`, `[vocabulary, hidden]`, read from the mapped file row by row.
struct EmbeddingTable: Sendable {
    private let table: Tensor

    /// - Throws: ``TranscriptionError`` if the file is missing, or its size is not that of the
    ///   configuration's vocabulary and hidden size in the type that the configuration names.
    init(file: URL, _ configuration: ModelConfiguration) throws(TranscriptionError) {
        let shape: Shape = [configuration.decoder.vocabSize, configuration.decoder.hiddenSize]
        let mapping: MappedFile
        do {
            mapping = try MappedFile(path: file.path)
        } catch {
            throw .init(error)
        }
        let type: ElementType
        switch configuration.embedTokensDtype {
        case "float16": type = .float16
        case "float32": type = .float32
        case "bfloat16": type = .bfloat16
        case nil: type = mapping.byteCount == shape.elementCount * 2 ? .float16 : .float32
        case let other?:
            throw .model("config.json: embed_tokens_dtype is \(other), supported: float16, bfloat16, float32")
        }
        let expected = shape.elementCount * type.byteWidth
        guard mapping.byteCount == expected,
            let table = Tensor(mapping: mapping, byteOffset: 0, elementType: type, shape: shape)
        else {
            throw .model(
                "\(file.path): has \(mapping.byteCount) bytes, \(type)\(shape) of config.json needs \(expected)"
            )
        }
        self.table = table
    }

    /// Embeddings of tokens, `[1, count, hidden]` in float32.
    ///
    /// - Precondition: the ids are below the vocabulary's size.
    func rows(_ ids: [Int]) -> Tensor {
        let hidden = table.shape[1]
        return .build(Float.self, [1, ids.count, hidden]) { output in
            for (position, id) in ids.enumerated() {
                write(id, at: position * hidden, into: &output)
            }
        }
    }

    private func write(_ id: Int, at start: Int, into output: inout MutableSpan<Float>) {
        let row = table.selecting(axis: 0, index: id)
        switch table.elementType {
        case .float16:
            let values = row.span(Float16.self)
            for index in 0..<values.count { output[start + index] = Float(values[index]) }
        case .bfloat16:
            let values = row.span(BFloat16.self)
            for index in 0..<values.count { output[start + index] = values[index].floatValue }
        default:
            let values = row.span(Float.self)
            for index in 0..<values.count { output[start + index] = values[index] }
        }
    }
}

extension TranscriptionError {
    init(_ error: MappedFileError) {
        switch error {
        case .cannotOpen: self = .missing("\(error)")
        case .notARegularFile, .cannotMap: self = .model("\(error)")
        }
    }
}
