internal import Foundation
package import Tensors

/// What a reference computed inside of a graph: the folder `intermediates` of a data set.
///
/// `index.json` is `{"values": {"name of the value": "0.pb", …}}`, written by `tools/onnx/record-values`. Files
/// are read when they are asked for.
package struct IntermediateValues: Sendable {
    package static let folder = "intermediates"

    private let directory: URL
    private let files: [String: String]

    private struct Index: Codable {
        let values: [String: String]
    }

    /// - Returns: nil if the data set has none.
    package init?(of dataSet: DataSet) throws(VerificationError) {
        directory = dataSet.directory.appending(path: Self.folder)
        let index = directory.appending(path: "index.json")
        guard Directory.exists(index) else { return nil }
        do {
            files = try JSONDecoder().decode(Index.self, from: Data(contentsOf: index)).values
        } catch {
            throw .reference("\(index.path): not an index of values: \(error)")
        }
        if let file = files.values.first(where: { $0.contains("/") || $0.hasPrefix(".") }) {
            throw .reference("\(index.path): \(file) is not the name of a file beside it")
        }
    }

    /// Names of all values.
    package var names: Set<String> { Set(files.keys) }

    /// - Returns: nil if the reference does not have the value.
    package func tensor(_ name: String) throws(VerificationError) -> Tensor? {
        guard let file = files[name] else { return nil }
        return try DataSet.read(directory.appending(path: file)).tensor
    }
}
