#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#elseif canImport(Darwin)
    internal import Darwin
#endif

/// Reads the bytes of a tokenizer file.
enum TokenizerFileReader {
    /// No tokenizer comes near this; a file that is larger is another one.
    static let maximumBytes = 256 << 20

    /// The contents of a regular file.
    static func contents(of file: String) throws(TokenizerError) -> [UInt8] {
        guard !file.utf8.contains(0) else { throw .unreadable(file: file, reason: "the path contains NUL") }
        // Opening a pipe would wait for a writer; the descriptor tells what was really opened.
        let descriptor = open(file, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
        guard descriptor >= 0 else { throw .unreadable(file: file, reason: lastError) }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw .unreadable(file: file, reason: lastError) }
        guard status.st_mode & S_IFMT == S_IFREG else { throw .notRegularFile(file: file) }
        guard status.st_size <= maximumBytes else {
            throw .fileTooLarge(file: file, bytes: Int(status.st_size), limit: maximumBytes)
        }
        return try contents(of: descriptor, count: Int(status.st_size), file: file)
    }

    private static func contents(
        of descriptor: Int32, count: Int, file: String
    ) throws(TokenizerError) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(count)
        var chunk = [UInt8](repeating: 0, count: min(max(count, 1), 1 << 20))
        // A file that grows while it is read ends where it ended before.
        while bytes.count < count {
            let received = read(descriptor, &chunk, min(chunk.count, count - bytes.count))
            if received < 0, errno == EINTR { continue }
            guard received >= 0 else { throw .unreadable(file: file, reason: lastError) }
            if received == 0 { break }
            bytes.append(contentsOf: chunk[..<received])
        }
        return bytes
    }

    private static var lastError: String { String(cString: strerror(errno)) }
}
