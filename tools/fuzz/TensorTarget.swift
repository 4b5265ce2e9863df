import ONNXFormat
import Tensors

/// The reader of reference tensors: what it reads, written and read again, must be the same.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzTensor(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
    let path = FuzzDirectory.write(start, count, "tensor.pb")
    guard let (name, tensor) = try? TensorFile.read(path: path) else { return 0 }
    FuzzDirectory.read(tensor)
    let written = TensorFile.encode(tensor, name: name)
    let copy = written.withUnsafeBufferPointer {
        FuzzDirectory.write($0.baseAddress, $0.count, "copy.pb")
    }
    guard let again = try? TensorFile.read(path: copy) else { fatalError("what was written is not read") }
    precondition(again.name == name && again.tensor.shape == tensor.shape)
    precondition(TensorFile.encode(again.tensor, name: name) == written)
    return 0
}
