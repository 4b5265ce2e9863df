package import Foundation
package import ONNXFormat
package import Tensors

/// Inputs and outputs of one run of a graph: a directory `test_data_set_N` with `input_0.pb`, `input_1.pb`, …
/// and `output_0.pb`, …, as ONNX's own tests have it.
package struct DataSet: Sendable {
    package let directory: URL

    package init(directory: URL) {
        self.directory = directory
    }

    package var name: String { directory.lastPathComponent }

    /// A tensor of a data set; names that are the graph's own are kept, others are replaced by position.
    package func inputs(of graph: Graph) throws(VerificationError) -> [String: Tensor] {
        try tensors("input", names: graph.inputs.map(\.name))
    }

    /// The outputs that the reference has, which need not be all of the graph's.
    package func outputs(of graph: Graph) throws(VerificationError) -> [String: Tensor] {
        try tensors("output", names: graph.outputs.map(\.name))
    }

    private func tensors(
        _ kind: String, names: [String]
    ) throws(VerificationError) -> [String: Tensor] {
        var result: [String: Tensor] = [:]
        for (position, file) in Directory.numbered(directory, prefix: "\(kind)_", suffix: ".pb") {
            let (ownName, tensor) = try Self.read(file)
            let name: String
            if names.contains(ownName) {
                name = ownName
            } else if names.indices.contains(position) {
                name = names[position]
            } else {
                throw .reference("\(file.path): the graph has no \(kind) \(ownName)")
            }
            guard result.updateValue(tensor, forKey: name) == nil else {
                throw .reference("\(file.path): a second value of \(kind) \(name)")
            }
        }
        return result
    }

    static func read(_ file: URL) throws(VerificationError) -> (name: String, tensor: Tensor) {
        do {
            return try TensorFile.read(path: file.path)
        } catch {
            throw .reference("\(error)")
        }
    }
}

// MARK: Where data sets are

extension DataSet {
    /// The data sets of a graph.
    ///
    /// - Parameters:
    ///   - model: the `.onnx` file. Without a reference directory they are beside it, or in
    ///     `reference/NAME` beside it.
    ///   - reference: a directory with data sets, or with a folder `NAME` for the graph `NAME.onnx` that has
    ///     them, or one data set.
    package static func all(of model: URL, reference: URL?) -> [DataSet] {
        let directory = model.deletingLastPathComponent()
        let name = model.deletingPathExtension().lastPathComponent
        let places =
            if let reference {
                [reference.appending(path: name), reference]
            } else {
                [directory, directory.appending(path: "reference/\(name)")]
            }
        for place in places {
            let found = Directory.numbered(place, prefix: "test_data_set_", suffix: "")
            if !found.isEmpty { return found.map { DataSet(directory: $0.url) } }
        }
        let isDataSet = reference.map { !Directory.numbered($0, prefix: "output_", suffix: ".pb").isEmpty }
        return isDataSet == true ? reference.map { [DataSet(directory: $0)] } ?? [] : []
    }
}

/// Listing of directories.
enum Directory {
    /// Entries that are called `prefix`, a number and `suffix`, in the order of the numbers.
    static func numbered(_ directory: URL, prefix: String, suffix: String) -> [(number: Int, url: URL)] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: directory.path)) ?? []
        return names.compactMap { name -> (Int, URL)? in
            guard name.hasPrefix(prefix), name.hasSuffix(suffix),
                let number = Int(name.dropFirst(prefix.count).dropLast(suffix.count)), number >= 0
            else { return nil }
            return (number, directory.appending(path: name))
        }.sorted { $0.0 < $1.0 }
    }

    /// Names of all entries, sorted.
    static func entries(_ directory: URL) -> [String] {
        ((try? FileManager.default.contentsOfDirectory(atPath: directory.path)) ?? []).sorted()
    }

    static func exists(_ url: URL) -> Bool {
        FileManager.default.fileExists(atPath: url.path)
    }
}
