import ArgumentParser
import Profiling
import Transcription
import Verification

/// Exit statuses after BSD's `sysexits.h`.
enum ExitStatus: Int32 {
    case someInputsFailed = 1
    case usage = 64
    case badInput = 65
    case missingInput = 66
    case internalError = 70
    case cannotWrite = 73
    case badModel = 78
    case interrupted = 130
    case terminated = 143

    init(_ error: any Error) {
        switch error {
        case let error as CommandFailure: self = error.status
        case TranscriptionError.missing, VerificationError.missing, ProfilingError.missing:
            self = .missingInput
        case TranscriptionError.audio, ProfilingError.file: self = .badInput
        case TranscriptionError.model, VerificationError.model, VerificationError.reference:
            self = .badModel
        case TranscriptionError.setting, VerificationError.setting, ProfilingError.setting:
            self = .usage
        default: self = .internalError
        }
    }

    /// For `throw`: ends the command without any further message.
    var exit: ExitCode { ExitCode(rawValue) }
}

/// A failure of the command itself.
struct CommandFailure: Error, CustomStringConvertible {
    let status: ExitStatus
    let description: String
}
