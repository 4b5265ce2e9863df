internal import Synchronization
internal import Tensors

/// Mapped weight files, so that models loaded with the same object map each file once.
///
/// The graphs of prefill and step read the same weights; their tensors are then views of the same pages at
/// the same addresses, and ``Tensor/hasSameAddress(as:)`` tells so.
package final class WeightFiles: Sendable {
    private let files = Mutex<[String: MappedFile]>([:])

    package init() {}

    /// Maps a file, or returns it if it is mapped.
    ///
    /// - Parameter path: without symbolic links, so that it stands for the file. The last component is not
    ///   followed if it has become a link meanwhile.
    func file(atResolved path: String) throws(MappedFileError) -> MappedFile {
        try files.withLock { (files) throws(MappedFileError) in
            if let file = files[path] { return file }
            let file = try FileLocation.map(resolved: path)
            files[path] = file
            return file
        }
    }

    /// Bytes of all the files.
    package var byteCount: Int { files.withLock { $0.values.reduce(0) { $0 + $1.byteCount } } }

    /// Paths of all the files, sorted.
    package var paths: [String] { files.withLock { $0.keys.sorted() } }
}
