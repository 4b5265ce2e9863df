internal import COnnxProto
internal import CProtobufC

// protobuf-c's messages as the decoders see them: lists are arrays of messages, text is checked. The messages
// still point into memory of protobuf-c, so that they must not leave the closure that got them.

extension ProtobufCBinaryData {
    /// A copy of the bytes.
    var array: [UInt8] { Array(UnsafeBufferPointer(start: data, count: len)) }

    /// Nil unless the bytes are UTF-8 without NUL.
    var text: String? {
        let buffer = UnsafeBufferPointer(start: data, count: len)
        return buffer.contains(0) ? nil : String(validating: buffer, as: UTF8.self)
    }

    /// For messages about text that is not valid.
    var lossyText: String {
        String(decoding: UnsafeBufferPointer(start: data, count: len), as: UTF8.self)
    }
}

/// A repeated message.
private func messages<Message>(
    _ start: UnsafeMutablePointer<UnsafeMutablePointer<Message>?>?, _ count: Int
) -> [Message] {
    UnsafeBufferPointer(start: start, count: count).compactMap { $0?.pointee }
}

/// A repeated number or text.
private func values<Value>(_ start: UnsafeMutablePointer<Value>?, _ count: Int) -> [Value] {
    Array(UnsafeBufferPointer(start: start, count: count))
}

extension Onnx__ModelProto {
    var mainGraph: Onnx__GraphProto? { graph?.pointee }
    var operatorSets: [Onnx__OperatorSetIdProto] { messages(opset_import, n_opset_import) }
    var metadataEntries: [Onnx__StringStringEntryProto] { messages(metadata_props, n_metadata_props) }
    var localFunctions: [Onnx__FunctionProto] { messages(functions, n_functions) }
}

extension Onnx__GraphProto {
    var nodes: [Onnx__NodeProto] { messages(node, n_node) }
    var initializers: [Onnx__TensorProto] { messages(initializer, n_initializer) }
    var inputs: [Onnx__ValueInfoProto] { messages(input, n_input) }
    var outputs: [Onnx__ValueInfoProto] { messages(output, n_output) }
    var valueInfos: [Onnx__ValueInfoProto] { messages(value_info, n_value_info) }
    var sparseInitializers: [Onnx__SparseTensorProto] { messages(sparse_initializer, n_sparse_initializer) }
}

extension Onnx__SparseTensorProto {
    var valueTensor: Onnx__TensorProto? { values?.pointee }
}

extension Onnx__NodeProto {
    var inputs: [ProtobufCBinaryData] { values(input, n_input) }
    var outputs: [ProtobufCBinaryData] { values(output, n_output) }
    var attributes: [Onnx__AttributeProto] { messages(attribute, n_attribute) }
}

extension Onnx__AttributeProto {
    var tensor: Onnx__TensorProto? { t?.pointee }
    var graph: Onnx__GraphProto? { g?.pointee }
    var floatList: [Float] { values(floats, n_floats) }
    var intList: [Int64] { values(ints, n_ints) }
    var stringList: [ProtobufCBinaryData] { values(strings, n_strings) }
    var tensorList: [Onnx__TensorProto] { messages(tensors, n_tensors) }
    var graphList: [Onnx__GraphProto] { messages(graphs, n_graphs) }
}

extension Onnx__TensorProto {
    var dimensions: [Int64] { values(dims, n_dims) }
    var hasSegment: Bool { segment != nil }
    var floats: [Float] { values(float_data, n_float_data) }
    var int32s: [Int32] { values(int32_data, n_int32_data) }
    var int64s: [Int64] { values(int64_data, n_int64_data) }
    var doubles: [Double] { values(double_data, n_double_data) }
    var uint64s: [UInt64] { values(uint64_data, n_uint64_data) }
    var externalEntries: [Onnx__StringStringEntryProto] { messages(external_data, n_external_data) }
    var hasRawData: Bool { has_raw_data_length != 0 }
    var hasTypedData: Bool {
        n_float_data > 0 || n_int32_data > 0 || n_int64_data > 0 || n_double_data > 0 || n_uint64_data > 0
    }
}

extension Onnx__ValueInfoProto {
    var valueType: Onnx__TypeProto? { type?.pointee }
}

extension Onnx__TypeProto {
    var tensorType: Onnx__TensorTypeProto? { tensor_type?.pointee }

    /// What kind of value it is if not a dense tensor.
    var otherKind: String? {
        if sequence_type != nil { return "sequence" }
        if map_type != nil { return "map" }
        if opaque_type != nil { return "opaque value" }
        if sparse_tensor_type != nil { return "sparse tensor" }
        if optional_type != nil { return "optional value" }
        return nil
    }
}

extension Onnx__TensorTypeProto {
    /// Nil if the rank is not known.
    var dimensions: [Onnx__DimensionProto]? {
        shape.map { messages($0.pointee.dim, $0.pointee.n_dim) }
    }
}
