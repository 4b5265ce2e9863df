import Foundation
import Transcription

/// Seconds of a decoding step in each of some transcriptions, with and without recording.
struct RecordingCost: Encodable {
    var recorded: [Double] = []
    var unrecorded: [Double] = []

    /// One JSON object on one line.
    func json() throws -> String {
        String(decoding: try JSONEncoder().encode(self), as: UTF8.self) + "\n"
    }
}

extension ProfileJob {
    /// Transcribes with and without recording in turn, so that whatever else slows the machine down slows both.
    ///
    /// - Throws: ``TranscriptionError``.
    func recordingCost() async throws -> RecordingCost {
        let transcriber = try await Transcriber(modelDirectory: model, options: options)
        let source = AudioInput.file(URL(filePath: input))
        var (recording, plain) = (transcription, transcription)
        recording.profile = detail
        plain.profile = .none
        let profile = try await transcriber.transcribe(source, options: recording).profile
        let steps = Double(max(1, profile?.steps.last?.count ?? 0))
        var cost = RecordingCost()
        for number in 0..<2 * repeats {
            // Pairs in either order.
            if number % 4 == 0 || number % 4 == 3 {
                let timing = try await transcriber.transcribe(source, options: recording).timing
                cost.recorded.append(timing.decode / steps)
            } else {
                let timing = try await transcriber.transcribe(source, options: plain).timing
                cost.unrecorded.append(timing.decode / steps)
            }
        }
        return cost
    }
}
