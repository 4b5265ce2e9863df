import Foundation
import TestSupport
import Testing

@Suite struct TokenizeCommandTests {
    @Test func idsOfTexts() throws {
        let result = try Command("tokenize", "four", "two").run()
        #expect(result.status == 0)
        let lines = result.output.split(separator: "\n")
        #expect(lines.count == 2)
        #expect(lines.allSatisfy { line in line.split(separator: " ").allSatisfy { Int($0) != nil } })
    }

    @Test func jsonLines() throws {
        var command = Command("tokenize", "--json-lines")
        let texts = ["four two", "", "née 😀\n"]
        let encoder = JSONEncoder()
        for text in texts {
            command.standardInput += try encoder.encode(["text": text]) + Data("\n".utf8)
        }
        let result = try command.run()
        #expect(result.status == 0)
        #expect(result.records.map { $0["decoded"] as? String } == texts)
        #expect(result.records.map { $0["text"] as? String } == texts)
        #expect((result.records[1]["ids"] as? [Int]) == [])
    }

    @Test func badLineIsNamed() throws {
        var command = Command("tokenize", "--json-lines")
        command.standardInput = Data("{\"text\": \"a\"}\n{\"txt\": 1}\n".utf8)
        let result = try command.run()
        #expect(result.status == 65)
        #expect(result.errors.contains("line 2"))
        #expect(result.records.count == 1)
    }

    @Test func textIsReadFromStandardInput() throws {
        var command = Command("tokenize")
        command.standardInput = Data("four".utf8)
        #expect(try command.run().output == Command("tokenize", "four").run().output)
    }
}
