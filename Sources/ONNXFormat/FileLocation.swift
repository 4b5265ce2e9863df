internal import Glibc
internal import Tensors

/// Paths of a model and of the files beside it.
enum FileLocation {
    /// The path without symbolic links; nil, with `errno`, if there is no such file.
    static func resolve(_ path: String) -> String? {
        guard let resolved = realpath(path, nil) else { return nil }
        defer { free(resolved) }
        return String(cString: resolved)
    }

    /// Whether anything is there, be it a link that leads nowhere.
    static func exists(_ path: String) -> Bool {
        var status = stat()
        return lstat(path, &status) == 0
    }

    /// Without the last component; `.` if there is only one.
    static func directory(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    static func join(_ directory: String, _ path: String) -> String {
        directory.hasSuffix("/") ? directory + path : directory + "/" + path
    }

    /// Whether a resolved path lies below a resolved directory.
    static func isInside(_ path: String, _ directory: String) -> Bool {
        path.hasPrefix(directory.hasSuffix("/") ? directory : directory + "/")
    }

    /// Maps a file by its resolved path.
    static func map(resolved path: String) throws(MappedFileError) -> MappedFile {
        // A link put there since the path was resolved is not followed; a FIFO does not block.
        let descriptor = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOFOLLOW)
        guard descriptor >= 0 else { throw .cannotOpen(path: path, reason: lastError) }
        defer { close(descriptor) }
        return try MappedFile(descriptor: descriptor, path: path)
    }

    /// What `errno` means.
    static var lastError: String { String(cString: strerror(errno)) }
}

// MARK: Writing

extension FileLocation {
    /// Writes a file beside the path and renames it.
    static func write(_ bytes: [UInt8], to path: String) throws(ModelProblem) {
        let temporary = "\(path).\(getpid()).\(UInt32.random(in: 0 ... .max)).tmp"
        let descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
        guard descriptor >= 0 else { throw .cannotWrite(reason: lastError) }
        var failure = append(bytes, to: descriptor) ? nil : lastError
        // A full disk may show only now.
        if close(descriptor) != 0 && failure == nil { failure = lastError }
        if failure == nil && rename(temporary, path) != 0 { failure = lastError }
        if let failure {
            unlink(temporary)
            throw .cannotWrite(reason: failure)
        }
    }

    private static func append(_ bytes: [UInt8], to descriptor: Int32) -> Bool {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else { return false }
            rest = rest.dropFirst(count)
        }
        return true
    }
}
