/// Why a recording could not be transcribed or a model not be loaded.
public enum TranscriptionError: Error, Sendable, Equatable, CustomStringConvertible {
    /// A file or directory that does not exist.
    case missing(String)
    /// A recording that cannot be decoded, or holds no audio.
    case audio(String)
    /// A model, tokenizer or configuration that is damaged, contradicts itself or is not supported.
    case model(String)
    /// A setting that the model cannot serve, such as an unknown language.
    case setting(String)
    /// An operator failed on inputs of the pipeline's own making.
    case execution(String)

    /// What to tell the user; names the file and the thing in it.
    public var description: String {
        switch self {
        case .missing(let message), .audio(let message), .model(let message), .setting(let message),
            .execution(let message):
            message
        }
    }
}
