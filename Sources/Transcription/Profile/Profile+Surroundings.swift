internal import Foundation

extension Profile.Machine {
    /// This computer; its limits are not known.
    static var current: Profile.Machine {
        let lines = ((try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8)) ?? "").split(
            separator: "\n")
        let name = lines.first { $0.hasPrefix("model name") }?
            .split(separator: ":", maxSplits: 1).last?.trimmingCharacters(in: .whitespaces)
        return Profile.Machine(
            processor: name ?? "unknown", cores: ProcessInfo.processInfo.activeProcessorCount)
    }
}

extension Profile.Memory {
    /// Of this process, as the kernel counts it; 0 where it does not.
    static var current: Profile.Memory {
        let text = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
        var kilobytes: [Substring: Int] = [:]
        for line in text.split(separator: "\n") {
            let fields = line.split(whereSeparator: \.isWhitespace)
            if fields.count >= 2 { kilobytes[fields[0]] = Int(fields[1]) }
        }
        return Profile.Memory(
            peak: (kilobytes["VmHWM:"] ?? 0) * 1_024, anonymous: (kilobytes["RssAnon:"] ?? 0) * 1_024)
    }
}
