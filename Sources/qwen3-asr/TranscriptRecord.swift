import Foundation
import Transcription

/// One line of `--format json`: what became of one input.
struct TranscriptRecord: Encodable {
    struct Failure: Encodable {
        /// The exit status that the failure would give on its own.
        let code: Int32
        let message: String
    }

    struct SegmentRecord: Encodable {
        let start: Double
        let end: Double
        let text: String
        let language: String
        let tokens: [Int]
        let finishReason: Segment.FinishReason
        let avgLogprob: Double
    }

    struct TimingRecord: Encodable {
        let load: Double
        let audio: Double
        let encode: Double
        let prefill: Double
        let decode: Double
        let total: Double
    }

    let audioFilepath: String
    var duration: Double?
    var language: String?
    var text: String?
    var segments: [SegmentRecord]?
    var timing: TimingRecord?
    var model: String?
    var variant: String?
    var error: Failure?

    init(_ transcript: Transcript, of input: String, model: String, variant: Variant) {
        audioFilepath = input
        duration = transcript.duration.rounded(decimals: 3)
        language = transcript.language
        text = transcript.text
        segments = transcript.segments.map { segment in
            SegmentRecord(
                start: segment.start.rounded(decimals: 3), end: segment.end.rounded(decimals: 3),
                text: segment.text, language: segment.language, tokens: segment.tokens,
                finishReason: segment.finishReason,
                avgLogprob: segment.averageLogProbability.rounded(decimals: 6))
        }
        let timing = transcript.timing
        self.timing = TimingRecord(
            load: timing.load.rounded(decimals: 6), audio: timing.audio.rounded(decimals: 6),
            encode: timing.encode.rounded(decimals: 6), prefill: timing.prefill.rounded(decimals: 6),
            decode: timing.decode.rounded(decimals: 6), total: timing.total.rounded(decimals: 6))
        self.model = model
        self.variant = variant.rawValue
    }

    init(_ error: any Error, of input: String) {
        audioFilepath = input
        self.error = Failure(code: ExitStatus(error).rawValue, message: "\(error)")
    }

    /// The record as one line, without its end.
    func line() throws -> String {
        let encoder = JSONEncoder()
        encoder.keyEncodingStrategy = .convertToSnakeCase
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(self), as: UTF8.self)
    }
}

extension Double {
    fileprivate func rounded(decimals: Int) -> Double {
        let scale = pow(10, Double(decimals))
        return (self * scale).rounded() / scale
    }
}
