package import Foundation
package import Transcription

/// Keeps measured limits in a file until the machine is started anew.
package struct LimitCache {
    private let file: URL

    /// What a file keeps, by instruction set and threads.
    private struct Content: Codable {
        /// Of the kernel's run that they were measured in.
        var boot: String
        var limits: [String: Profile.Limits]
    }

    /// - Parameter file: nil for the usual place, in the user's folder of caches.
    package init(file: URL? = nil) {
        let environment = ProcessInfo.processInfo.environment
        let folder =
            environment["XDG_CACHE_HOME"].flatMap { $0.hasPrefix("/") ? URL(filePath: $0) : nil }
            ?? URL(filePath: environment["HOME"] ?? "/nonexistent").appending(path: ".cache")
        self.file = file ?? folder.appending(path: "qwen3-asr/limits.json")
    }

    /// The kernel's number for the time since the machine was started; nil where there is none.
    private static var boot: String? {
        (try? String(contentsOfFile: "/proc/sys/kernel/random/boot_id", encoding: .utf8))
            .map { $0.trimmingCharacters(in: .whitespacesAndNewlines) }
    }

    private func content(_ boot: String) -> Content {
        let data = try? Data(contentsOf: file)
        let content = data.flatMap { try? JSONDecoder().decode(Content.self, from: $0) }
        guard let content, content.boot == boot else { return Content(boot: boot, limits: [:]) }
        return content
    }

    private static func key(_ instructionSet: String, _ threads: Int) -> String {
        "\(instructionSet), \(threads) threads"
    }

    /// The limits measured since the machine was started.
    package func limits(instructionSet: String, threads: Int) -> Profile.Limits? {
        guard let boot = Self.boot else { return nil }
        let limits = content(boot).limits[Self.key(instructionSet, threads)]
        guard let limits, [limits.memoryRead, limits.float32, limits.int8].allSatisfy({ $0 > 0 }) else {
            return nil
        }
        return limits
    }

    private static func best(_ a: Profile.Limits, _ b: Profile.Limits) -> Profile.Limits {
        Profile.Limits(
            memoryRead: max(a.memoryRead, b.memoryRead), float32: max(a.float32, b.float32),
            int8: max(a.int8, b.int8))
    }

    /// Keeps limits, of each the best: what else runs on the machine only lowers what is measured. Where the file
    /// cannot be written they are measured again the next time.
    package func store(_ limits: Profile.Limits, instructionSet: String, threads: Int) {
        guard let boot = Self.boot else { return }
        var content = content(boot)
        let key = Self.key(instructionSet, threads)
        content.limits[key] = content.limits[key].map { Self.best($0, limits) } ?? limits
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
        guard let data = try? encoder.encode(content) else { return }
        try? FileManager.default.createDirectory(
            at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        try? data.write(to: file, options: .atomic)
    }
}
