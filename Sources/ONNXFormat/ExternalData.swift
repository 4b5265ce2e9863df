internal import COnnxProto
internal import Tensors

/// Finds tensors' values in files beside the model.
struct ExternalData {
    /// The directory that locations are relative to: that of the path by which the model was opened.
    private let directory: String
    /// Where files may lie: that directory, and the one of the `.onnx` itself if the path is a link. A Hugging
    /// Face cache has links to `blobs/` for the model and its weights alike.
    private let allowed: [String]
    private let weights: WeightFiles

    /// - Parameter path: of a model that exists.
    init(path: String, weights: WeightFiles) throws(ModelProblem) {
        let named = FileLocation.directory(of: path)
        guard
            let directory = FileLocation.resolve(named), let file = FileLocation.resolve(path)
        else { throw .cannotOpen(reason: FileLocation.lastError) }
        self.directory = directory
        allowed = [directory, FileLocation.directory(of: file)]
        self.weights = weights
    }

    /// The values of a tensor that takes `expected` bytes.
    func tensor(
        _ entries: [Onnx__StringStringEntryProto], type: ElementType, shape: Shape
    ) throws(TensorProblem) -> Tensor {
        let expected = shape.elementCount * type.byteWidth
        let place: Place
        let file: MappedFile
        do {
            place = try Place(entries)
            file = try self.file(at: place.location)
        } catch {
            throw .external(error)
        }

        if let length = place.length, length != expected {
            throw .byteCount(expected: expected, found: length, type: type, shape: shape)
        }
        guard
            expected <= file.byteCount, place.offset <= file.byteCount - expected,
            let tensor = Tensor(mapping: file, byteOffset: place.offset, elementType: type, shape: shape)
        else {
            throw .external(
                .fileTooShort(
                    path: file.path, byteCount: file.byteCount, offset: place.offset, length: expected))
        }
        return tensor
    }

    /// Checks where a location leads before anything is opened.
    private func file(at location: String) throws(ExternalDataProblem) -> MappedFile {
        let components = location.split(separator: "/", omittingEmptySubsequences: false)
        guard !location.isEmpty, !location.hasPrefix("/"), !components.contains("..") else {
            throw .escapesModelDirectory(location: location)
        }
        // A link to the `.onnx` alone: its data is beside the file that it leads to.
        let candidates = allowed.map { FileLocation.join($0, location) }
        let candidate = candidates.first(where: FileLocation.exists) ?? candidates[0]
        guard let resolved = FileLocation.resolve(candidate) else {
            throw .cannotOpen(path: candidate, reason: FileLocation.lastError)
        }
        guard allowed.contains(where: { FileLocation.isInside(resolved, $0) }) else {
            throw .escapesModelDirectory(location: location)
        }
        do {
            return try weights.file(atResolved: resolved)
        } catch {
            switch error {
            case .notARegularFile(let path): throw .notARegularFile(path: path)
            case .cannotOpen(let path, let reason): throw .cannotOpen(path: path, reason: reason)
            case .cannotMap(let path, let reason): throw .cannotOpen(path: path, reason: reason)
            }
        }
    }
}

/// Where a tensor's values lie, by its `external_data` entries.
private struct Place {
    let location: String
    var offset = 0
    /// Nil if not given: as much as the tensor takes.
    var length: Int?

    init(_ entries: [Onnx__StringStringEntryProto]) throws(ExternalDataProblem) {
        // Further keys, such as `checksum`, are not read.
        var values: [String: String] = [:]
        for entry in entries {
            guard let key = entry.key.text, ["location", "offset", "length"].contains(key) else { continue }
            guard let value = entry.value.text else {
                let text = entry.value.lossyText
                throw key == "location"
                    ? .escapesModelDirectory(location: text) : .invalidNumber(key: key, value: text)
            }
            guard values.updateValue(value, forKey: key) == nil else { throw .repeatedKey(key) }
        }
        guard let location = values["location"] else { throw .missingLocation }
        self.location = location
        offset = try Self.number("offset", values) ?? 0
        length = try Self.number("length", values)
    }

    private static func number(
        _ key: String, _ values: [String: String]
    ) throws(ExternalDataProblem) -> Int? {
        guard let value = values[key] else { return nil }
        guard value.utf8.allSatisfy({ (48...57).contains($0) }), let number = Int(value) else {
            throw .invalidNumber(key: key, value: value)
        }
        return number
    }
}
