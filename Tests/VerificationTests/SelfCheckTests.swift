import Foundation
import ONNXFormat
import Tensors
import TestSupport
import Testing
import Transcription
import Verification

@Suite struct SelfCheckTests {
    @Test(arguments: ["toy", "toy-fused", "toy-torchscript"])
    func fixture(name: String) async throws {
        let checks = try await SelfCheck(Fixtures.directory.appending(path: name), threads: 2).checks()
        #expect(checks.count > 20)
        for check in checks { #expect(check.passes, "\(check)") }
    }

    @Test func stepThatDisagreesWithPrefillIsFound() async throws {
        let damaged = try DamagedModel(copying: Fixtures.directory.appending(path: "toy-fused"))
        // A weight that only the step reads, because it is in its own file.
        let file = damaged.directory.appending(path: "decoder_step.onnx")
        let whole = try Data(contentsOf: file)
        let graph = try Model.load(path: file.path).graph
        let name = try #require(
            graph.initializerNames.first { name in
                guard let tensor = graph.initializers[name], tensor.elementType == .float32 else {
                    return false
                }
                let bytes = tensor.bytes
                let values = Data(
                    (0..<bytes.byteCount).map { bytes.unsafeLoad(fromByteOffset: $0, as: UInt8.self) })
                return tensor.elementCount >= 16 && whole.range(of: values) != nil
            })
        let checks = try await damaged.withDamage(to: name, element: 3, mask: 0x40, in: file) {
            try await SelfCheck(damaged.directory, variant: .fp32, threads: 2).checks()
        }
        let failed = checks.filter { !$0.passes }
        #expect(!failed.isEmpty)
        #expect(failed.allSatisfy { $0.subject.hasPrefix("prefill and steps") })
    }
}
