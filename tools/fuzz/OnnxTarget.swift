import Foundation
import ONNXFormat
import Tensors

/// The loader of models: every byte of the model file is the fuzzer's; the files beside it, to which it may
/// refer, are those that `tools/fuzz/run` put there.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzModel(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
    let path = FuzzDirectory.write(start, count, "model.onnx")
    guard let model = try? Model.load(path: path) else { return 0 }
    readAll(model.graph)
    return 0
}

/// Reads what a graph refers to: a view that leaves its file would fault.
private func readAll(_ graph: Graph) {
    for tensor in graph.initializers.values { FuzzDirectory.read(tensor) }
    for node in graph.nodes {
        for attribute in node.attributes {
            if case .tensor(let tensor) = attribute.value { FuzzDirectory.read(tensor) }
            if case .tensors(let tensors) = attribute.value { tensors.forEach(FuzzDirectory.read) }
        }
        node.subgraphs.forEach(readAll)
    }
}
