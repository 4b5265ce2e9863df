import Foundation

/// Where results go: standard output, one file, or a file for each input.
enum OutputPlan {
    case standardOutput
    case file(URL)
    case directory(URL, fileNames: [String])

    /// - Throws: ``CommandFailure`` if two inputs would be written to one file, or the place to write to does
    ///   not exist; before any work is done.
    init(file: String?, directory: String?, inputs: [String], suffix: String) throws(CommandFailure) {
        if let directory {
            let names = inputs.map { Self.stem(of: $0) + "." + suffix }
            var owners: [String: String] = [:]
            for (name, input) in zip(names, inputs) {
                if let other = owners.updateValue(input, forKey: name) {
                    throw CommandFailure(
                        status: .usage, description: "\(other) and \(input) would both be written to \(name)")
                }
            }
            let url = URL(filePath: directory)
            do {
                try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
            } catch {
                throw CommandFailure(
                    status: .cannotWrite, description: "\(directory): \(error.localizedDescription)")
            }
            self = .directory(url, fileNames: names)
        } else if let file {
            let url = URL(filePath: file)
            let parent = url.deletingLastPathComponent().path
            guard FileManager.default.isWritableFile(atPath: parent) else {
                throw CommandFailure(status: .cannotWrite, description: "\(file): \(parent) is not writable")
            }
            self = .file(url)
        } else {
            self = .standardOutput
        }
    }

    private static func stem(of input: String) -> String {
        input == "-" ? "stdin" : URL(filePath: input).deletingPathExtension().lastPathComponent
    }

    /// Writes a file beside its target and renames it, so that nobody ever sees half of it.
    static func write(_ text: String, to url: URL) throws(CommandFailure) {
        do {
            try Data(text.utf8).write(to: url, options: .atomic)
        } catch {
            throw CommandFailure(
                status: .cannotWrite, description: "\(url.path): \(error.localizedDescription)")
        }
    }
}
