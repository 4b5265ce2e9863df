/// Something about a recording that its user should know although it is transcribed.
package enum AudioWarning: Sendable, Equatable {
    /// The file says that it is longer than what could be decoded; nil if it does not say how long.
    /// Durations are in seconds.
    case truncated(file: String, format: String, decodedDuration: Double, declaredDuration: Double?)
    /// The container claims more bytes than the file has, so its end is missing.
    case missingBytes(file: String, format: String, count: Int)
    /// The decoder stopped before the end of the file; `count` bytes were left.
    case undecodedBytes(file: String, format: String, count: Int)
}

extension AudioWarning: CustomStringConvertible {
    /// The file's name and what is odd about it.
    package var description: String {
        switch self {
        case .truncated(let file, let format, let decodedDuration, let declaredDuration?):
            "\(displayName(of: file)): the \(format) file is truncated: \(seconds(decodedDuration)) of "
                + "\(seconds(declaredDuration)) could be read"
        case .truncated(let file, let format, let decodedDuration, nil):
            "\(displayName(of: file)): the \(format) file is truncated: \(seconds(decodedDuration)) could be read"
        case .missingBytes(let file, let format, let count):
            "\(displayName(of: file)): the \(format) file is truncated: its last \(count) bytes are missing"
        case .undecodedBytes(let file, let format, let count):
            "\(displayName(of: file)): the last \(count) bytes of the \(format) file could not be decoded"
        }
    }
}
