import Glibc

extension InputFile {
    /// Copies all that `source` gives to a temporary file without a name, and returns its descriptor.
    ///
    /// Containers are read out of order, which a pipe does not allow, and a recording is read twice. The
    /// system frees the file when the descriptor is closed, however the program ends.
    static func spool(_ source: Int32) throws(AudioError) -> Int32 {
        let target = try temporaryFile()
        do throws(AudioError) {
            var buffer = [UInt8](repeating: 0, count: 1 << 16)
            while true {
                let count = read(source, &buffer, buffer.count)
                if count == 0 { return target }
                if count > 0 {
                    try write(buffer.span.extracting(..<count), to: target)
                } else {
                    try waitAfterFailure(of: source)
                }
            }
        } catch {
            close(target)
            throw error
        }
    }

    private static func temporaryFile() throws(AudioError) -> Int32 {
        let directory = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
        // mkstemp writes the name that it chose into the template.
        var template = Array("\(directory)/qwen3-asr-XXXXXX".utf8CString)
        let descriptor = mkstemp(&template)
        guard descriptor >= 0 else {
            throw .cannotSpool(reason: "\(directory): \(message(of: errno))")
        }
        unlink(template)
        _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
        return descriptor
    }

    private static func write(_ bytes: Span<UInt8>, to target: Int32) throws(AudioError) {
        var rest = bytes
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(target, $0.baseAddress, $0.count) }
            if count >= 0 {
                rest = rest.extracting(droppingFirst: count)
            } else if errno != EINTR {
                throw .cannotSpool(reason: message(of: errno))
            }
        }
    }

    /// A terminal or a pipe that was set not to block by another program says "try again": wait for it then.
    private static func waitAfterFailure(of source: Int32) throws(AudioError) {
        switch errno {
        case EINTR:
            return
        case EAGAIN:
            var request = pollfd(fd: source, events: Int16(POLLIN), revents: 0)
            poll(&request, 1, -1)
        case let code:
            throw .cannotRead(file: standardInputName, reason: message(of: code))
        }
    }
}
