internal import Foundation

/// What is known of a model without running it.
///
/// Its JSON has the names of these properties in `snake_case`, those of the types within likewise; what is nil
/// is left out.
package struct ModelInspection: Encodable, Sendable {
    /// The `.onnx` file or the directory.
    package let model: String
    /// Of a directory that has a `config.json`.
    package let configuration: ConfigurationSummary?
    /// One for a `.onnx` file; for a directory all in it, by name.
    package let graphs: [GraphInspection]

    /// One JSON object, on one line.
    package func jsonLine() throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        encoder.keyEncodingStrategy = .convertToSnakeCase
        return String(decoding: try encoder.encode(self), as: UTF8.self)
    }
}
