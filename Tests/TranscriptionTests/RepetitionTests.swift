import Testing
import Transcription

@Suite struct RepetitionTests {
    /// What a detector says after each token.
    private func firstLoop(in tokens: [Int]) -> (position: Int, repeated: Int)? {
        var detector = RepetitionDetector()
        for (position, token) in tokens.enumerated() {
            if let repeated = detector.push(token) { return (position, repeated) }
        }
        return nil
    }

    @Test(arguments: 1...8)
    func loopsAreFound(period: Int) throws {
        let tokens = [100, 101, 102] + (0..<period * 30).map { $0 % period }
        let loop = try #require(firstLoop(in: tokens))
        #expect(loop.position + 1 == 3 + period * RepetitionDetector.repetitions)
        // One instance of the pattern stays.
        #expect(loop.position + 1 - loop.repeated == 3 + period)
    }

    @Test(arguments: 1...8)
    func fewerRepetitionsAreSpeech(period: Int) {
        let tokens = (0..<period * RepetitionDetector.repetitions - 1).map { $0 % period } + [100]
        #expect(firstLoop(in: tokens) == nil)
    }

    @Test func longPatternsAreSpeech() {
        #expect(firstLoop(in: (0..<900).map { $0 % 9 }) == nil)
    }

    @Test(arguments: [
        (String(repeating: "a", count: 19), String(repeating: "a", count: 19)),
        ("x" + String(repeating: "a", count: 21) + "y", "xay"),
        ("start " + String(repeating: "ha ", count: 20) + "end", "start ha end"),
        (
            "start " + String(repeating: "ha ", count: 19) + "end",
            "start " + String(repeating: "ha ", count: 19) + "end"
        ),
        (String(repeating: "abcdefghijklmnopqrst", count: 25), "abcdefghijklmnopqrst"),
        ("", ""), ("short", "short"),
    ])
    func cleanUp(text: String, expected: String) {
        #expect(removingRepetitions(text) == expected)
    }
}
