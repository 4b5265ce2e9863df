import Audio
import Foundation
import TestSupport
import Testing

struct LogMelSpectrogramTests {
    /// Against a spectrogram that `tools/audio-fixtures.py` computed in float64 by the definition.
    @Test func matchesTheDefinition() throws {
        let recording = try Recording(path: fixturePath("mel.wav"))
        let found = LogMelSpectrogram(try samples(of: recording))
        #expect(found.frameCount == 61)
        #expect(greatestDifference(found.values, floats(try fixture("mel.f32"))) < 2e-5)
    }

    @Test(.enabled(if: Fixtures.hasReferenceData))
    func matchesTheReference() throws {
        let data = try #require(Fixtures.referenceData)
        let recording = try Recording(path: data.appending(path: "speech/jfk.wav").path)
        let file = data.appending(path: "reference/mini/reference/mel/test_data_set_0/output_0.pb")
        let found = LogMelSpectrogram(try samples(of: recording))
        #expect(found.frameCount == 1_100)
        #expect(greatestDifference(found.values, try rawData(ofTensor: Array(Data(contentsOf: file)))) < 1e-4)
    }

    @Test(arguments: [0, 1, 159, 160, 161, 200, 201, 319, 320, 8_000, 20_480, 20_639, 20_640, 41_000])
    func frameCounts(sampleCount: Int) {
        let found = LogMelSpectrogram(Signals.noise(count: sampleCount))
        #expect(found.frameCount == sampleCount / 160)
        #expect(found.values.count == 128 * (sampleCount / 160))
        #expect(found.values.allSatisfy { $0.isFinite })
    }

    /// Frames are computed in blocks, which must not show.
    @Test func startDoesNotDependOnWhatFollows() throws {
        let signal = Signals.noise(count: 60_000)
        let long = LogMelSpectrogram(signal)
        let short = LogMelSpectrogram(Array(signal[..<30_000]))
        for band in 0..<128 {
            for frame in 0..<(short.frameCount - 2) {
                let difference = abs(
                    long.values[band * long.frameCount + frame]
                        - short.values[band * short.frameCount + frame])
                #expect(difference < 1e-5)
            }
        }
    }

    /// Silence: log10 of the floor is −10, so (−10 + 4) / 4.
    @Test func silence() {
        let found = LogMelSpectrogram([Float](repeating: 0, count: 8_000))
        #expect(found.values == [Float](repeating: -1.5, count: 128 * 50))
    }

    @Test func toneLightsItsBand() {
        let tone = (0..<16_000).map { Float(0.5 * sin(2 * .pi * 1_000 * Double($0) / 16_000)) }
        let found = LogMelSpectrogram(tone)
        let column = (0..<128).map { found.values[$0 * found.frameCount + 50] }
        // 1,000 Hz is 15 mel of 45.25 up to 8,000 Hz: 15 / 45.25 · 129 − 1.
        #expect(column.indices.max { column[$0] < column[$1] } == 42)
    }

    private func greatestDifference(_ found: [Float], _ expected: [Float]) -> Float {
        guard found.count == expected.count else { return .infinity }
        return zip(found, expected).map { abs($0 - $1) }.max() ?? 0
    }

    private func floats(_ bytes: [UInt8]) -> [Float] {
        stride(from: 0, to: bytes.count, by: 4).map { index in
            Float(bitPattern: (0..<4).reduce(0) { $0 | UInt32(bytes[index + $1]) << (8 * UInt32($1)) })
        }
    }

    /// Field 9 of an ONNX TensorProto, its raw data.
    private func rawData(ofTensor bytes: [UInt8]) throws -> [Float] {
        var offset = 0
        func varint() -> Int {
            var value = 0
            var shift = 0
            while true {
                let byte = Int(bytes[offset])
                offset += 1
                value |= (byte & 0x7F) << shift
                shift += 7
                if byte < 0x80 { return value }
            }
        }
        while offset < bytes.count {
            let key = varint()
            switch key & 7 {
            case 0:
                _ = varint()
            default:
                let length = varint()
                if key >> 3 == 9 { return floats(Array(bytes[offset..<(offset + length)])) }
                offset += length
            }
        }
        Issue.record("the tensor has no raw data")
        return []
    }
}
