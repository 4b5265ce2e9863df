internal import Audio
public import Foundation

/// Where the audio comes from.
public enum AudioInput: Sendable {
    /// A file in any format that libsndfile reads.
    case file(URL)
    /// Everything on standard input, in any of these formats.
    case standardInput
    /// Mono samples at 16 kHz.
    case samples([Float])

    /// The file's path, or what stands for it.
    var name: String {
        switch self {
        case .file(let url): url.path
        case .standardInput: InputFile.standardInputName
        case .samples: "samples"
        }
    }

    /// Reads the recording through once and checks it.
    func open(pieceLimit: PieceLimit) throws(TranscriptionError) -> Recording {
        do {
            switch self {
            case .file(let url): return try Recording(path: url.path, pieceLimit: pieceLimit)
            case .standardInput:
                return try Recording(path: InputFile.standardInputName, pieceLimit: pieceLimit)
            case .samples(let samples):
                return try Recording(samples: samples, name: name, pieceLimit: pieceLimit)
            }
        } catch {
            throw .init(error)
        }
    }
}

extension TranscriptionError {
    init(_ error: AudioError) {
        self = error.isMissingInput ? .missing("\(error)") : .audio("\(error)")
    }
}
