import Foundation
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

    @Test(arguments: [1, 3], cases)
    func equalsONNXRuntime(threads: Int, call: OperatorCase) throws {
        #expect(try call.difference(on: ThreadPool(threads: threads)) == nil)
    }
}
