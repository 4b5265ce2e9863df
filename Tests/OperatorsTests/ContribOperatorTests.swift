import Foundation
import Kernels
import TestSupport
import Testing
import Threading

/// Compares operators with outputs of ONNX Runtime, which `tools/contrib-fixtures.py` recorded.
@Suite struct ContribOperatorTests {
    static let cases: [OperatorCase] = {
        do {
            let data = try Data(contentsOf: Fixtures.directory.appending(path: "contrib-operators.json"))
            return try JSONDecoder().decode([OperatorCase].self, from: data)
        } catch {
            Issue.record(error)
            return []
        }
    }()

    @Test(arguments: InstructionSet.supported, cases)
    func equalsONNXRuntime(instructionSet: InstructionSet, call: OperatorCase) throws {
        for threads in [1, 3] {
            let pool = ThreadPool(threads: threads)
            #expect(try call.difference(on: pool, kernels: KernelTable(instructionSet)) == nil)
        }
    }
}
