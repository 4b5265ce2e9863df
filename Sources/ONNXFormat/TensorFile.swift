internal import COnnxProto
internal import CProtobufC
package import Tensors

/// Files that hold one `TensorProto`, such as the inputs and outputs of ONNX's test cases.
package enum TensorFile {
    /// Reads a tensor; raw values are a view of the mapped file.
    package static func read(path: String) throws(ModelFormatError) -> (name: String, tensor: Tensor) {
        do {
            let file = try ModelFile.map(path)
            let reduced = try ModelFile.reduce(file, as: .tensor)
            return try ProtobufMessage.withTensor(reduced) { proto throws(ModelProblem) in
                let name = try text(proto.name, "the tensor's name")
                let decoder = TensorDecoder(file: file, external: nil)
                return (name, try decoder.decode(proto, name: name))
            }
        } catch {
            throw ModelFormatError(path: path, error)
        }
    }

    /// Writes a tensor, beside the path first and then renamed, so that the file is whole or as before.
    package static func write(
        _ tensor: Tensor, name: String, to path: String
    ) throws(ModelFormatError) {
        do {
            try FileLocation.write(encode(tensor, name: name), to: path)
        } catch {
            throw ModelFormatError(path: path, error)
        }
    }

    /// The bytes of a `TensorProto` with raw values.
    package static func encode(_ tensor: Tensor, name: String) -> [UInt8] {
        let plain = tensor.contiguous()
        var writer = WireWriter()
        writer.packed(1, plain.shape.dimensions)
        writer.varint(2, UInt64(plain.elementType.rawValue))
        writer.text(8, name)
        writer.tag(9, .bytes)
        writer.append(varint: UInt64(plain.byteCount))
        writer.append(plain.bytes, 0..<plain.byteCount)
        return writer.bytes
    }
}
