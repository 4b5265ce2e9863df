internal import COnnxProto
internal import Tensors

/// Makes a ``Tensor`` of a `TensorProto`: a view of the mapped file if the values are raw bytes, a copy if
/// they are in one of the typed fields.
struct TensorDecoder {
    /// The file that the message is of.
    let file: MappedFile
    /// Nil where a file must hold its values itself.
    let external: ExternalData?

    /// More than any operator can use; a shape is an array, and some work on it is quadratic.
    private static let rankLimit = 64
    /// `TensorProto.DataLocation.EXTERNAL`.
    private static let externalLocation: Int32 = 1

    /// Decodes a tensor.
    ///
    /// - Parameter name: for the error.
    func decode(_ proto: Onnx__TensorProto, name: String) throws(ModelProblem) -> Tensor {
        do {
            return try decode(proto)
        } catch {
            throw .tensor(name: name, error)
        }
    }

    private func decode(_ proto: Onnx__TensorProto) throws(TensorProblem) -> Tensor {
        let type = try ElementType(checking: proto.data_type)
        if proto.hasSegment { throw .unsupported("a tensor in segments is") }
        let shape = try Self.shape(proto.dimensions)

        if proto.data_location == Self.externalLocation {
            guard !proto.hasRawData, !proto.hasTypedData else { throw .conflictingData }
            guard let external else { throw .unsupported("external data of a tensor file is") }
            return try Self.normalized(external.tensor(proto.externalEntries, type: type, shape: shape))
        }
        // Some writers leave an empty raw_data beside the typed field.
        guard proto.hasRawData, !proto.hasTypedData || proto.raw_data_length > 0 else {
            return try typed(proto, type, shape)
        }
        guard !proto.hasTypedData else { throw .conflictingData }
        let expected = shape.elementCount * type.byteWidth
        let found = Int(clamping: proto.raw_data_length)
        guard
            found == expected,
            let tensor = Tensor(
                mapping: file, byteOffset: Int(clamping: proto.raw_data_offset), elementType: type,
                shape: shape)
        else { throw .byteCount(expected: expected, found: found, type: type, shape: shape) }
        return Self.normalized(tensor)
    }

    static func shape(_ dimensions: [Int64]) throws(TensorProblem) -> Shape {
        guard dimensions.count <= rankLimit else { throw .rank(dimensions.count, limit: rankLimit) }
        guard let shape = Shape(checking: dimensions.map { Int($0) }) else {
            throw .dimensions(dimensions)
        }
        return shape
    }

    /// A Swift `Bool` must be 0 or 1: a tensor of others is copied.
    private static func normalized(_ tensor: Tensor) -> Tensor {
        guard tensor.elementType == .bool else { return tensor }
        let bytes = tensor.bytes
        let values = (0..<bytes.byteCount).map { bytes.unsafeLoad(fromByteOffset: $0, as: UInt8.self) }
        return values.allSatisfy { $0 <= 1 } ? tensor : Tensor(values.map { $0 != 0 }, shape: tensor.shape)
    }
}

// MARK: Typed fields

extension TensorDecoder {
    /// By the table in ONNX's schema: which field holds which types.
    private func typed(
        _ proto: Onnx__TensorProto, _ type: ElementType, _ shape: Shape
    ) throws(TensorProblem) -> Tensor {
        switch type {
        case .float32: try Self.tensor(proto.floats, "float_data", shape)
        case .float64: try Self.tensor(proto.doubles, "double_data", shape)
        case .int64: try Self.tensor(proto.int64s, "int64_data", shape)
        case .uint64: try Self.tensor(proto.uint64s, "uint64_data", shape)
        case .uint32: try narrowed(proto.uint64s, "uint64_data", type, shape) { UInt32(exactly: $0) }
        case .int32: try Self.tensor(proto.int32s, "int32_data", shape)
        case .int16: try narrowed(proto.int32s, "int32_data", type, shape) { Int16(exactly: $0) }
        case .int8: try narrowed(proto.int32s, "int32_data", type, shape) { Int8(exactly: $0) }
        case .uint16: try narrowed(proto.int32s, "int32_data", type, shape) { UInt16(exactly: $0) }
        case .uint8: try narrowed(proto.int32s, "int32_data", type, shape) { UInt8(exactly: $0) }
        case .bool: try narrowed(proto.int32s, "int32_data", type, shape) { $0 != 0 }
        case .float16:
            try narrowed(proto.int32s, "int32_data", type, shape) {
                UInt16(exactly: $0).map { Float16(bitPattern: $0) }
            }
        case .bfloat16:
            try narrowed(proto.int32s, "int32_data", type, shape) {
                UInt16(exactly: $0).map { BFloat16(bitPattern: $0) }
            }
        }
    }

    private static func tensor<Element: TensorElement>(
        _ values: [Element], _ field: String, _ shape: Shape
    ) throws(TensorProblem) -> Tensor {
        guard values.count == shape.elementCount else {
            throw .elementCount(expected: shape.elementCount, found: values.count, field: field)
        }
        return Tensor(values, shape: shape)
    }

    private func narrowed<Wide, Element: TensorElement>(
        _ values: [Wide], _ field: String, _ type: ElementType, _ shape: Shape,
        _ convert: (Wide) -> Element?
    ) throws(TensorProblem) -> Tensor {
        var result: [Element] = []
        result.reserveCapacity(values.count)
        for value in values {
            guard let element = convert(value) else {
                throw .valueOutOfRange(value: "\(value)", type: type)
            }
            result.append(element)
        }
        return try Self.tensor(result, field, shape)
    }
}

// MARK: Element types

extension ElementType {
    /// A type by ONNX's number.
    init(checking value: Int32) throws(TensorProblem) {
        if let type = ElementType(rawValue: value) {
            self = type
        } else if let name = Self.unsupported[value] {
            throw .unsupportedElementType(name: name)
        } else {
            throw .unknownElementType(value)
        }
    }

    /// ONNX's other types.
    private static let unsupported: [Int32: String] = [
        8: "string", 14: "complex64", 15: "complex128", 17: "float8e4m3fn", 18: "float8e4m3fnuz",
        19: "float8e5m2", 20: "float8e5m2fnuz", 21: "uint4", 22: "int4", 23: "float4e2m1", 24: "float8e8m0",
        25: "uint2", 26: "int2",
    ]
}
