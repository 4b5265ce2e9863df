import Transcription

/// What a terminal shows of a transcript while it comes to be.
struct ShownText {
    private var isEmpty = true
    private var segmentIsEmpty = true

    /// The text to be shown next.
    mutating func addition(_ event: TranscriptionEvent) -> String {
        switch event {
        case .segmentStarted:
            segmentIsEmpty = true
            return ""
        case .token(let token): return add(token.text)
        // Output without a language tag is known to be text only at the end of its segment.
        case .segmentFinished(let segment): return segmentIsEmpty ? add(segment.text) : ""
        case .finished: return ""
        }
    }

    private mutating func add(_ text: String) -> String {
        let addition = segmentIsEmpty ? String(text.drop(while: \.isWhitespace)) : text
        if addition.isEmpty { return "" }
        defer { (isEmpty, segmentIsEmpty) = (false, false) }
        return segmentIsEmpty && !isEmpty ? " " + addition : addition
    }
}
