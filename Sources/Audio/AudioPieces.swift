/// The pieces of a recording, one after another; together they are all of its samples, each once.
///
/// Holds the samples of one piece and what is searched for the cut after it.
package struct AudioPieces: ~Copyable {
    private let source: SampleStream?
    private let file: String
    private let sampleCount: Int
    private let divisor: Float
    private let limit: PieceLimit

    /// Samples from `position` on.
    private var buffer: [Float]
    private var position = 0

    /// All of the `samples` that `source` yields after those in `buffer`, each divided by `divisor`;
    /// `sampleCount` of them in all.
    init(
        of file: String, buffer: [Float] = [], source: SampleStream? = nil, sampleCount: Int,
        divisor: Float = 1,
        limit: PieceLimit
    ) {
        self.source = source
        self.file = file
        self.sampleCount = sampleCount
        self.divisor = divisor
        self.limit = limit
        self.buffer = buffer
    }

    /// The next piece, or nil after the last.
    ///
    /// - Throws: `changedWhileReading` if the file is not what it was when it was checked, and what decoding
    ///   throws. There is no point in going on after that.
    package mutating func next() throws(AudioError) -> AudioPiece? {
        let remaining = sampleCount - position
        guard remaining > 0 else { return nil }
        let end: Int
        if remaining <= limit.sampleCount {
            // One sample more than there should be, to notice that the file has grown.
            try fill(upTo: remaining + 1)
            guard buffer.count == remaining else { throw .changedWhileReading(file: file) }
            end = remaining
        } else {
            let searched = min(remaining, limit.maximumPieceSampleCount)
            try fill(upTo: searched)
            guard buffer.count >= searched else { throw .changedWhileReading(file: file) }
            end = QuietCut.position(
                in: buffer.span.extracting(..<searched), near: limit.sampleCount, radius: limit.searchRadius)
        }
        let piece = AudioPiece(start: position, samples: Array(buffer[..<end]))
        buffer.removeFirst(end)
        position += end
        return piece
    }

    /// Decodes until the buffer has `count` samples or the recording has ended.
    private mutating func fill(upTo count: Int) throws(AudioError) {
        guard let source else { return }
        while buffer.count < count {
            let decoded = buffer.count
            guard try source.appendBlock(to: &buffer) else { return }
            if divisor != 1 {
                for index in decoded..<buffer.count { buffer[index] /= divisor }
            }
        }
    }
}
