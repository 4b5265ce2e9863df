/// Why profiles cannot be read or compared.
package enum ProfilingError: Error, Sendable, Equatable, CustomStringConvertible {
    /// A file that does not exist, or cannot be read.
    case missing(String)
    /// A file that holds no profile.
    case file(String)
    /// Profiles that cannot answer what was asked.
    case setting(String)

    package var description: String {
        switch self {
        case .missing(let message), .file(let message), .setting(let message): message
        }
    }
}
