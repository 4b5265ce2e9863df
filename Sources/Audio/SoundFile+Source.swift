import CSndFile
import Glibc

extension SoundFile {
    /// What libsndfile reads from: a file and a position of its own in it.
    ///
    /// libsndfile can take a descriptor instead, but then all decoders of a file share one position, and a
    /// failing read looks like the end of the file.
    final class Source {
        let file: InputFile
        /// Where the next read begins, in bytes.
        fileprivate(set) var offset = 0
        /// What the system said when a read failed.
        fileprivate(set) var failure: String?

        /// The size that libsndfile is told.
        ///
        /// For MP3 of variable bit rate without a table of contents, libsndfile guesses the duration from
        /// the file's size and the first frame's bit rate, and stops there although more follows. Told of a
        /// much larger file it reads until the data end. The decoder looks for a tag in the last 128 bytes:
        /// past the true size they are zeros.
        let claimedSize: Int

        init(_ file: InputFile, claimedSize: Int) {
            self.file = file
            self.claimedSize = claimedSize
        }

        /// libsndfile's view of a `Source`, which it hands back as the context.
        static var callbacks: SF_VIRTUAL_IO {
            SF_VIRTUAL_IO(
                get_filelen: { sf_count_t(Source.from($0).claimedSize) },
                seek: { Source.from($2).seek(by: Int($0), from: $1) },
                read: { Source.from($2).read(into: $0, count: Int($1)) },
                write: { _, _, _ in 0 },
                tell: { sf_count_t(Source.from($0).offset) })
        }

        /// The `SoundFile` that owns the decoder keeps the object alive.
        private static func from(_ context: UnsafeMutableRawPointer?) -> Source {
            guard let context else { preconditionFailure("libsndfile lost the context of its file") }
            return Unmanaged<Source>.fromOpaque(context).takeUnretainedValue()
        }

        private func seek(by distance: Int, from origin: Int32) -> sf_count_t {
            let base =
                switch origin {
                case SEEK_SET: 0
                case SEEK_CUR: offset
                default: claimedSize
                }
            // A damaged file can send the decoder anywhere.
            let (target, overflow) = base.addingReportingOverflow(distance)
            guard !overflow, target >= 0 else { return -1 }
            offset = target
            return sf_count_t(target)
        }

        private func read(into buffer: UnsafeMutableRawPointer?, count: Int) -> sf_count_t {
            guard let buffer, count > 0 else { return 0 }
            if claimedSize > file.size, offset >= claimedSize - 128 {
                memset(buffer, 0, count)
                offset += count
                return sf_count_t(count)
            }
            while true {
                let readCount = pread(file.descriptor, buffer, count, off_t(offset))
                if readCount >= 0 {
                    offset += readCount
                    return sf_count_t(readCount)
                }
                if errno != EINTR {
                    failure = InputFile.message(of: errno)
                    return 0
                }
            }
        }
    }
}
