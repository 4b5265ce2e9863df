internal import Foundation
package import Transcription

/// A profile in its encoded form.
package enum ProfileFile {
    /// One JSON object, indented.
    package static func text(_ profile: Profile) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(profile), as: UTF8.self) + "\n"
    }

    /// Reads a profile and checks what code relies on.
    ///
    /// - Parameter path: of a file written by this program, or by a tool that converts other engines' profiles.
    package static func read(_ path: String) throws(ProfilingError) -> Profile {
        var isDirectory: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory) else {
            throw .missing("\(path): no such file")
        }
        guard !isDirectory.boolValue, let data = FileManager.default.contents(atPath: path) else {
            throw .missing("\(path): " + (isDirectory.boolValue ? "is a directory" : "cannot be read"))
        }
        let profile: Profile
        do {
            let header = try JSONDecoder().decode(Header.self, from: data)
            guard header.schema == Profile.schemaName else {
                throw ProfilingError.file("\(path): its schema is not \(Profile.schemaName)")
            }
            guard header.version == Profile.schemaVersion else {
                throw ProfilingError.file(
                    "\(path): version \(header.version ?? 0) of the schema; this program reads "
                        + "\(Profile.schemaVersion)")
            }
            profile = try JSONDecoder().decode(Profile.self, from: data)
        } catch let error as ProfilingError {
            throw error
        } catch let error as DecodingError {
            throw .file("\(path): not a profile: \(Self.text(error))")
        } catch {
            throw .file("\(path): not a profile: \(error.localizedDescription)")
        }
        if let problem = problem(profile) { throw .file("\(path): not a profile: \(problem)") }
        return profile
    }

    private struct Header: Decodable {
        let schema: String?
        let version: Int?
    }

    private static func text(_ error: DecodingError) -> String {
        func place(_ path: [any CodingKey]) -> String {
            path.reduce("") { text, key in
                if let index = key.intValue { return text + "[\(index)]" }
                return text.isEmpty ? key.stringValue : text + "." + key.stringValue
            }
        }
        switch error {
        case .keyNotFound(let key, let context):
            return "no \(place(context.codingPath + [key]))"
        case .typeMismatch(let type, let context):
            return "\(place(context.codingPath)) is no \(type)"
        case .valueNotFound(_, let context):
            return "\(place(context.codingPath)) is null"
        case .dataCorrupted(let context):
            return context.codingPath.isEmpty
                ? context.debugDescription.split(separator: "\n").joined(separator: " ")
                : "\(place(context.codingPath)) is damaged"
        @unknown default:
            return "damaged"
        }
    }

    /// What contradicts the schema although it has the right types.
    private static func problem(_ profile: Profile) -> String? {
        let repeats = profile.total.count
        if repeats == 0 { return "total has no repeats" }
        let times =
            profile.stages.map { ("the stage \($0.name)", $0.times) }
            + profile.nodes.map { ("the node \($0.name)", $0.times) }
            + profile.overheads.map { ("\($0.name) of \($0.stage)", $0.times) }
        for (name, times) in times + [("total", profile.total)] {
            if times.count != repeats && times.count != 1 {
                return "\(times.count) times of \(name), expected \(repeats)"
            }
            if times.contains(where: { !($0 >= 0 && $0 <= 1e9) }) { return "\(name) has impossible times" }
        }
        for node in profile.nodes {
            let counts = [node.calls, node.multiplyAdds, node.bytesRead, node.bytesWritten]
            // So that sums of a file's numbers do not overflow.
            if counts.contains(where: { $0 < 0 || $0 > 1 << 50 }) || node.calls > 1 << 31 {
                return "the node \(node.name) has impossible counts"
            }
        }
        return nil
    }
}
