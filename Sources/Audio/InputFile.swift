import Glibc

/// An open regular file, read by position only, so that any number of readers can share it.
///
/// It owns its descriptor and closes it. Errors name the file as the user gave it.
package final class InputFile: Sendable {
    /// What names standard input on the command line.
    package static let standardInputName = "-"

    /// The file as the user named it.
    package let name: String

    /// The length in bytes when the file was opened.
    package let size: Int

    /// Open for reading as long as this object lives.
    let descriptor: Int32

    /// Opens the file at `path`, or takes all of standard input if `path` is `-`.
    ///
    /// - Throws: `fileNotFound`, `cannotOpen`, `notRegularFile`, and for standard input `cannotSpool`.
    package convenience init(path: String) throws(AudioError) {
        if path == Self.standardInputName {
            try self.init(name: path, spooling: STDIN_FILENO)
            return
        }
        // C would end the path at a NUL and open another file.
        guard !path.isEmpty, !path.utf8.contains(0) else { throw .fileNotFound(file: path) }
        // Not blocking: opening a pipe that nobody writes to would wait forever otherwise.
        let descriptor = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY)
        guard descriptor >= 0 else {
            switch errno {
            case ENOENT, ENOTDIR: throw .fileNotFound(file: path)
            case ENXIO: throw .notRegularFile(file: path, kind: "a socket or a device")
            case let code: throw .cannotOpen(file: path, reason: Self.message(of: code))
            }
        }
        try self.init(name: path, adopting: descriptor)
    }

    /// All that the pipe or other stream `source` gives until its end, copied to a temporary file.
    ///
    /// - Throws: `cannotSpool`, `cannotRead`.
    package convenience init(name: String, spooling source: Int32) throws(AudioError) {
        try self.init(name: name, adopting: Self.spool(source))
    }

    /// Takes over `descriptor`, and closes it if it is not a regular file's.
    init(name: String, adopting descriptor: Int32) throws(AudioError) {
        // The descriptor is checked, not the path: what the path names may change in between.
        var status = stat()
        guard fstat(descriptor, &status) == 0 else {
            let reason = Self.message(of: errno)
            close(descriptor)
            throw .cannotOpen(file: name, reason: reason)
        }
        guard status.st_mode & S_IFMT == S_IFREG else {
            close(descriptor)
            throw .notRegularFile(file: name, kind: Self.kind(ofMode: status.st_mode))
        }
        self.name = name
        self.size = Int(status.st_size)
        self.descriptor = descriptor
    }

    deinit {
        close(descriptor)
    }

    /// Up to `count` bytes from `offset` on; fewer at the end of the file.
    func bytes(at offset: Int, count: Int) throws(AudioError) -> [UInt8] {
        var buffer = [UInt8](repeating: 0, count: count)
        while true {
            let readCount = pread(descriptor, &buffer, count, off_t(offset))
            if readCount >= 0 {
                buffer.removeLast(count - readCount)
                return buffer
            }
            if errno != EINTR { throw .cannotRead(file: name, reason: Self.message(of: errno)) }
        }
    }

    /// What the system says about an error number.
    static func message(of code: Int32) -> String {
        String(cString: strerror(code))
    }

    private static func kind(ofMode mode: mode_t) -> String {
        switch mode & S_IFMT {
        case S_IFDIR: "a directory"
        case S_IFIFO: "a pipe"
        case S_IFSOCK: "a socket"
        case S_IFCHR, S_IFBLK: "a device"
        default: "a special file"
        }
    }
}
