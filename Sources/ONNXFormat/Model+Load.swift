internal import Tensors

extension Model {
    /// Reads and checks a model.
    ///
    /// The file is mapped, and so are the files beside it that hold weights: loading touches only the pages
    /// that describe the graph. Nothing is checked against what operators exist.
    ///
    /// - Parameters:
    ///   - path: a `.onnx` file.
    ///   - weights: files mapped by models loaded before; pass the same to models that share weights.
    package static func load(
        path: String, weights: WeightFiles = WeightFiles()
    ) throws(ModelFormatError) -> Model {
        do {
            let file = try ModelFile.map(path)
            let reduced = try ModelFile.reduce(file, as: .model)
            let external = try ExternalData(path: path, weights: weights)
            let decoder = ModelDecoder(tensors: TensorDecoder(file: file, external: external))
            return try ProtobufMessage.withModel(reduced) { proto throws(ModelProblem) in
                try decoder.model(proto)
            }
        } catch {
            throw ModelFormatError(path: path, error)
        }
    }
}

/// The first steps with a protobuf file.
enum ModelFile {
    static func map(_ path: String) throws(ModelProblem) -> MappedFile {
        guard !path.utf8.contains(0) else { throw .cannotOpen(reason: "the path contains NUL") }
        do {
            return try MappedFile(path: path)
        } catch {
            switch error {
            case .cannotOpen(_, let reason): throw .cannotOpen(reason: reason)
            case .notARegularFile: throw .notARegularFile
            case .cannotMap(_, let reason): throw .cannotOpen(reason: "cannot be mapped: \(reason)")
            }
        }
    }

    /// The part of the file that protobuf-c is to parse.
    static func reduce(_ file: MappedFile, as message: WireMessage) throws(ModelProblem) -> WireReducer {
        guard file.byteCount > 0 else { throw .corrupt("the file is empty") }
        guard !isLargeFilePointer(file) else {
            throw .corrupt("it is only a Git LFS pointer; \"git lfs pull\" fetches the file itself")
        }
        guard file.byteCount <= Int(Int32.max) else {
            throw .corrupt("\(file.byteCount) bytes, but a protobuf message ends before 2 GiB")
        }
        var reducer = WireReducer(fileSize: file.byteCount)
        try reducer.reduce(file.bytes, 0..<file.byteCount, as: message)
        return reducer
    }

    /// What a repository cloned without Git LFS has in place of a large file.
    private static func isLargeFilePointer(_ file: MappedFile) -> Bool {
        let start = Array("version https://git-lfs.github.com/spec/".utf8)
        guard file.byteCount >= start.count else { return false }
        return start.indices.allSatisfy {
            file.bytes.unsafeLoad(fromByteOffset: $0, as: UInt8.self) == start[$0]
        }
    }
}
