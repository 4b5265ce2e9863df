import Audio
import TestSupport
import Testing

struct PieceTests {
    let directory: TemporaryDirectory

    init() throws {
        directory = try TemporaryDirectory()
    }

    private func record(_ signal: [Float], seconds: Double) throws -> Recording {
        let path = try directory.write(WaveBytes(coding: .float32).file(signal))
        return try Recording(path: path, pieceLimit: try #require(PieceLimit(seconds: seconds)))
    }

    @Test(arguments: [1, 1.5, 2, 5, 7.7, 10, 12, 20, 60], [1, 2, 3] as [UInt64])
    func piecesPartitionTheSamples(seconds: Double, seed: UInt64) throws {
        var generator = Signals.Generator(state: seed)
        let count = Int.random(in: 8_000..<500_000, using: &generator)
        let signal = Signals.speechLike(count: count, seed: seed)
        let recording = try record(signal, seconds: seconds)
        let limit = recording.pieceLimit
        var end = 0
        for piece in try pieces(of: recording) {
            #expect(piece.start == end)
            #expect(piece.sampleCount > 0)
            #expect(piece.sampleCount <= limit.maximumPieceSampleCount)
            #expect(piece.end == count || piece.sampleCount >= limit.sampleCount - limit.searchRadius)
            #expect(piece.samples[..<piece.sampleCount] == signal[piece.start..<piece.end])
            #expect(piece.samples[piece.sampleCount...].allSatisfy { $0 == 0 })
            #expect(piece.samples.count == max(8_000, piece.sampleCount))
            end = piece.end
        }
        #expect(end == count)
    }

    @Test(arguments: [10, 13.3, 20], [4, 5, 6] as [UInt64])
    func cutsFollowTheOfficialRule(seconds: Double, seed: UInt64) throws {
        let signal = Signals.speechLike(count: 700_000, seed: seed)
        let found = try pieces(of: record(signal, seconds: seconds)).dropFirst().map(\.start)
        #expect(found == officialCuts(signal, limit: Int(seconds * 16_000)))
    }

    /// The rule by its definition: around start + limit, ±5 s, the first window of 1,600 samples with the least
    /// sum of magnitudes, and in it the first smallest sample.
    private func officialCuts(_ signal: [Float], limit: Int) -> [Int] {
        var cuts: [Int] = []
        var start = 0
        while signal.count - start > limit {
            let left = max(start, start + limit - 80_000)
            let right = min(signal.count, start + limit + 80_000)
            let magnitudes = signal[left..<right].map { Double(abs($0)) }
            var best = (sum: Double.infinity, position: 0)
            var sum = magnitudes[..<1_600].reduce(0, +)
            for position in 0...(magnitudes.count - 1_600) {
                if position % 500 == 0 { sum = magnitudes[position..<(position + 1_600)].reduce(0, +) }
                if sum < best.sum - 1e-9 { best = (sum, position) }
                if position + 1_600 < magnitudes.count {
                    sum += magnitudes[position + 1_600] - magnitudes[position]
                }
            }
            let window = magnitudes[best.position..<(best.position + 1_600)]
            start = left + (window.indices.min { window[$0] < window[$1] } ?? best.position)
            cuts.append(start)
        }
        return cuts
    }

    @Test func cutFallsIntoThePause() throws {
        var signal = Signals.noise(count: 30 * 16_000, amplitude: 0.8)
        for index in 200_000..<204_000 { signal[index] *= 0.01 }
        let cuts = try pieces(of: record(signal, seconds: 15)).map(\.start)
        #expect(cuts.count == 3)
        #expect((200_000..<204_000).contains(cuts[1]))
    }

    @Test func recordingAsLongAsTheLimitIsOnePiece() throws {
        #expect(try pieces(of: record(Signals.noise(count: 32_000), seconds: 2)).count == 1)
        #expect(try pieces(of: record(Signals.noise(count: 32_001), seconds: 2)).count == 2)
    }

    @Test(arguments: [1, 160, 4_000, 7_999, 8_000, 8_001])
    func shortClipsArePadded(count: Int) throws {
        let signal = Signals.noise(count: count)
        let recording = try record(signal, seconds: 60)
        #expect(recording.duration == Double(count) / 16_000)
        #expect(recording.sampleCount == count)
        let all = try pieces(of: recording)
        #expect(all.count == 1)
        #expect(all[0].sampleCount == count)
        #expect(all[0].endSeconds == recording.duration)
        #expect(all[0].samples == signal + [Float](repeating: 0, count: max(0, 8_000 - count)))
    }

    @Test func limits() {
        for seconds in [0, 0.99, 1_200.01, -1, .nan, .infinity] {
            #expect(PieceLimit(seconds: seconds) == nil)
        }
        #expect(PieceLimit(seconds: 1)?.sampleCount == 16_000)
        #expect(PieceLimit(seconds: 1)?.searchRadius == 8_000)
        #expect(PieceLimit(seconds: 1_200)?.searchRadius == 80_000)
        #expect(PieceLimit(seconds: 60) == .standard)
    }
}
