import Foundation
import ONNXFormat
import TestSupport
import Testing

/// Models damaged at random: loading succeeds or fails, but never traps.
@Suite("Robustness")
struct RobustnessTests {
    static let fixtures = ["types.onnx", "attributes.onnx"]

    let directory: TemporaryDirectory

    init() throws {
        directory = try TemporaryDirectory()
        for file in Self.fixtures + ["types.data"] {
            try FileManager.default.copyItem(atPath: FixtureTests.path(file), toPath: directory.path(file))
        }
    }

    /// SplitMix64: the same damage in every run.
    private struct Generator: RandomNumberGenerator {
        var state: UInt64

        mutating func next() -> UInt64 {
            state &+= 0x9E37_79B9_7F4A_7C15
            var value = state
            value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
            value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
            return value ^ (value >> 31)
        }
    }

    /// Whether it loads; any error has a message that names the file.
    private func loads(_ bytes: [UInt8]) throws -> Bool {
        let path = try directory.write(bytes, "damaged.onnx")
        do {
            _ = try Model.load(path: path)
            return true
        } catch {
            #expect(error.description.hasPrefix(path))
            return false
        }
    }

    private func bytes(_ fixture: String) throws -> [UInt8] {
        Array(try Data(contentsOf: URL(filePath: FixtureTests.path(fixture))))
    }

    @Test("cut at every byte", arguments: fixtures)
    func truncation(fixture: String) throws {
        let bytes = try bytes(fixture)
        #expect(try loads(bytes))
        var loaded = 0
        for count in bytes.indices where try loads(Array(bytes[..<count])) { loaded += 1 }
        // What is left is a model only if the cut is between fields after the graph.
        #expect(loaded < 10)
    }

    @Test("bytes changed", arguments: fixtures, [1, 3, 20])
    func changes(fixture: String, count: Int) throws {
        let original = try bytes(fixture)
        var generator = Generator(state: UInt64(count))
        for _ in 0..<1_500 {
            var bytes = original
            for _ in 0..<count {
                let index = Int.random(in: bytes.indices, using: &generator)
                // Half the time a single bit, which leaves more of the structure as it is.
                bytes[index] =
                    Bool.random(using: &generator)
                    ? bytes[index] ^ (1 << UInt8.random(in: 0..<8, using: &generator))
                    : .random(in: 0...255, using: &generator)
            }
            _ = try loads(bytes)
        }
    }

    @Test("parts removed, doubled and swapped", arguments: fixtures)
    func pieces(fixture: String) throws {
        let original = try bytes(fixture)
        var generator = Generator(state: 7)
        for round in 0..<1_500 {
            let start = Int.random(in: original.indices, using: &generator)
            let end = Int.random(in: start...min(start + 60, original.count), using: &generator)
            let piece = original[start..<end]
            var bytes = original
            switch round % 3 {
            case 0: bytes.removeSubrange(start..<end)
            case 1: bytes.insert(contentsOf: piece, at: end)
            default:
                let target = Int.random(in: original.indices, using: &generator)
                bytes.insert(contentsOf: piece, at: target)
            }
            _ = try loads(bytes)
        }
    }

    @Test("random bytes")
    func noise() throws {
        var generator = Generator(state: 11)
        for _ in 0..<1_000 {
            let count = Int.random(in: 1...300, using: &generator)
            let bytes = (0..<count).map { _ in UInt8.random(in: 0...255, using: &generator) }
            #expect(try !loads(bytes))
        }
    }

    @Test("changed bytes of a real graph", .enabled(if: Fixtures.hasReferenceData))
    func realGraph() throws {
        let folder = try #require(Fixtures.referenceData).appending(path: "reference/mini")
        let data = "decoder_weights.int4.data"
        try directory.link(data, to: folder.appending(path: data).path)
        let original = Array(try Data(contentsOf: folder.appending(path: "decoder_init.int4.onnx")))
        var generator = Generator(state: 13)
        for _ in 0..<200 {
            var bytes = original
            for _ in 0..<10 {
                bytes[Int.random(in: bytes.indices, using: &generator)] = .random(
                    in: 0...255, using: &generator)
            }
            _ = try loads(bytes)
        }
    }
}
