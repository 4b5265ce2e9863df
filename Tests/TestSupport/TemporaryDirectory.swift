package import Foundation

/// A folder for a test's files; it goes with its last reference, and all that is in it.
///
/// Paths do not keep it. A suite holds it in a property, which lives as long as each of its tests runs.
package final class TemporaryDirectory: Sendable {
    package let url: URL

    package init() throws {
        url = FileManager.default.temporaryDirectory.appending(path: "qwen3-asr-tests-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    }

    deinit {
        try? FileManager.default.removeItem(at: url)
    }

    package func file(_ name: String) -> URL { url.appending(path: name) }

    package func path(_ name: String) -> String { file(name).path }

    /// Writes a file, and the folders that lead to it, and returns its path.
    @discardableResult
    package func write(_ bytes: some Sequence<UInt8>, _ name: String) throws -> String {
        let file = file(name)
        try FileManager.default.createDirectory(
            at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        // A file that is written over goes to the disk at once on some file systems, and may still be mapped.
        try? FileManager.default.removeItem(at: file)
        try Data(bytes).write(to: file)
        return file.path
    }
}
