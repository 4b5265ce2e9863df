internal import CMappedFaults
internal import Glibc

/// A regular file mapped read only; the pages are the file cache's and shared between processes.
///
/// Unchecked because of the raw pointer: nothing writes to the pages, and they are unmapped only when the
/// last reference goes.
package final class MappedFile: @unchecked Sendable {
    package let path: String
    package let byteCount: Int
    let base: UnsafeRawPointer
    /// Where ``MappedFileFaults`` finds the path of an address.
    private let faultSlot: Int32

    /// Maps all of a file.
    ///
    /// - Throws: ``MappedFileError`` if it cannot be opened, is no regular file, or cannot be mapped.
    package convenience init(path: String) throws(MappedFileError) {
        // Without O_NONBLOCK the open of a FIFO would wait for a writer.
        let descriptor = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
        guard descriptor >= 0 else { throw .cannotOpen(path: path, reason: String(cString: strerror(errno))) }
        defer { close(descriptor) }
        try self.init(descriptor: descriptor, path: path)
    }

    /// Maps all of an open file; the descriptor may be closed afterwards.
    ///
    /// - Throws: ``MappedFileError`` if it is no regular file or cannot be mapped.
    package init(descriptor: Int32, path: String) throws(MappedFileError) {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else {
            throw .cannotOpen(path: path, reason: String(cString: strerror(errno)))
        }
        guard status.st_mode & S_IFMT == S_IFREG else { throw .notARegularFile(path: path) }
        self.path = path
        byteCount = Int(status.st_size)
        if byteCount == 0 {
            base = UnsafeRawPointer(UnsafeMutableRawPointer.allocate(byteCount: 1, alignment: 64))
            faultSlot = -1
        } else {
            guard
                let mapped = mmap(nil, byteCount, PROT_READ, MAP_SHARED, descriptor, 0),
                mapped != MAP_FAILED
            else { throw .cannotMap(path: path, reason: String(cString: strerror(errno))) }
            base = UnsafeRawPointer(mapped)
            // What the file cache does not hold yet is then read in huge pages, where the system can. They stay
            // there for later processes, and cost neither time to map nor places in the processor's tables.
            _ = madvise(mapped, byteCount, MADV_HUGEPAGE)
            faultSlot = mapped_faults_add(base, byteCount, path)
        }
    }

    deinit {
        if byteCount == 0 {
            base.deallocate()
        } else {
            mapped_faults_remove(faultSlot)
            munmap(UnsafeMutableRawPointer(mutating: base), byteCount)
        }
    }

    /// Makes the file's pages present, from the first to the last, before they are needed; those that are not in
    /// the file cache are read. Touching them one by one costs every thread that does more than this one.
    ///
    /// Has no effect where the kernel cannot (before Linux 5.14).
    package func populate() {
        let populateRead: Int32 = 22
        for part in 0..<partCount {
            guard advise(populateRead, part: part) else { return }
        }
    }

    /// Parts of the file, see ``release(part:)``.
    package var partCount: Int { (byteCount + Self.partBytes - 1) / Self.partBytes }

    /// Gives a part's pages back to the system. They are found in the file cache, or read, when they are needed
    /// again.
    package func release(part: Int) {
        _ = advise(MADV_DONTNEED, part: part)
    }

    private func advise(_ advice: Int32, part: Int) -> Bool {
        let offset = part * Self.partBytes
        let start = UnsafeMutableRawPointer(mutating: base + offset)
        return madvise(start, min(Self.partBytes, byteCount - offset), advice) == 0
    }

    /// Bytes that are asked for or given back at a time, whole pages: other users of the address space wait for
    /// as long.
    private static let partBytes = 16 << 20

    /// The file's bytes.
    package var bytes: RawSpan {
        @_lifetime(borrow self)
        get {
            _overrideLifetime(RawSpan(_unsafeStart: base, byteCount: byteCount), borrowing: self)
        }
    }
}

/// Why a file could not be mapped.
package enum MappedFileError: Error, Sendable, Equatable, CustomStringConvertible {
    case cannotOpen(path: String, reason: String)
    case notARegularFile(path: String)
    case cannotMap(path: String, reason: String)

    package var description: String {
        switch self {
        case .cannotOpen(let path, let reason): "\(path): \(reason)"
        case .notARegularFile(let path): "\(path): not a regular file"
        case .cannotMap(let path, let reason): "\(path): cannot be mapped: \(reason)"
        }
    }
}
