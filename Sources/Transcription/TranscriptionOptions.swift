/// How much a transcription records of its own course.
public enum ProfileDetail: Sendable {
    /// Nothing: there is no profile.
    case none
    /// The time of every stage and node.
    case totals
    /// Also ``Profile/timeline``: when each call of a node and each thread's part in it happened.
    case timeline
}

/// How one recording is transcribed.
public struct TranscriptionOptions: Sendable {
    /// Forces the language; nil lets the model find it, in each segment anew.
    public var language: Language?
    /// Words that are likely to be said, names above all.
    public var context = ""
    /// Longest piece that is transcribed at a time, in seconds, 1 to 1,200; nil for what suits the model: 60,
    /// and 12 for the small one that comes with the package.
    public var segmentSeconds: Double?
    /// Most tokens of a segment; nil lets the budget grow with the segment's length.
    public var maxNewTokens: Int?
    /// Whether a segment ends when the model begins to repeat itself.
    public var stopsRepetition = true
    /// What ``Transcript/profile`` tells.
    public var profile = ProfileDetail.none

    /// The defaults.
    public init() {}

    /// Tokens that a segment may have at most. Fast speech in scripts with a token per character stays below
    /// 12 tokens a second.
    func budget(seconds: Double) -> Int {
        maxNewTokens ?? 64 + Int((seconds * 16).rounded(.up))
    }
}
