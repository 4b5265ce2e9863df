internal import Foundation
internal import Kernels

/// A report as one JSON object. Numbers that JSON does not know are the strings `NaN`, `Infinity` and
/// `-Infinity`.
package struct JSONReport: Encodable {
    private let model: String
    private let instructionSet: String
    private let threads: Int
    private let fusion: Bool
    private let passes: Bool
    private let checks: [JSONCheck]
    private let bisections: [JSONBisection]

    package init(_ report: VerificationReport) {
        model = report.model
        instructionSet = report.settings.instructionSet.rawValue
        threads = report.settings.threads
        fusion = report.settings.fusion
        passes = report.passes
        checks = report.checks.map(JSONCheck.init)
        bisections = report.bisections.map(JSONBisection.init)
    }

    /// The object, on one line, with its keys in `snake_case`.
    package func line() throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        encoder.keyEncodingStrategy = .convertToSnakeCase
        encoder.nonConformingFloatEncodingStrategy = .convertToString(
            positiveInfinity: "Infinity", negativeInfinity: "-Infinity", nan: "NaN")
        return String(decoding: try encoder.encode(self), as: UTF8.self)
    }
}
