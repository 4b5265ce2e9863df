package import Foundation

/// Files that tests read.
package enum Fixtures {
    /// `Tests/Fixtures` of this checkout.
    package static let directory = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().appending(path: "Fixtures")

    /// Larger reference data kept outside the repository: the directory that `QWEN3_ASR_REFERENCE_DATA`
    /// names, else a folder `shared` beside the checkout, if there is one.
    package static let referenceData: URL? = {
        let beside = directory.deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appending(path: "shared")
        let url = ProcessInfo.processInfo.environment["QWEN3_ASR_REFERENCE_DATA"].map { URL(filePath: $0) }
        let candidate = url ?? beside
        return FileManager.default.fileExists(atPath: candidate.path) ? candidate : nil
    }()

    /// Whether the tests run under a sanitizer, whose own memory counts as theirs; `tools/sanitize` says so.
    package static let isSanitized = ProcessInfo.processInfo.environment["QWEN3_ASR_SANITIZER"] != nil

    /// For `.enabled(if:)` of tests that need ``referenceData``.
    package static var hasReferenceData: Bool { referenceData != nil }
}
