/// Why nothing could be compared.
package enum VerificationError: Error, Sendable, Equatable, CustomStringConvertible {
    /// A model, directory or reference that does not exist.
    case missing(String)
    /// A model that is damaged or cannot be run.
    case model(String)
    /// A reference that is damaged or is not the model's.
    case reference(String)
    /// A setting that this machine cannot serve.
    case setting(String)

    package var description: String {
        switch self {
        case .missing(let message), .model(let message), .reference(let message), .setting(let message):
            message
        }
    }
}
