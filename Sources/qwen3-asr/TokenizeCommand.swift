import ArgumentParser
import Foundation
import Transcription

struct TokenizeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tokenize",
        abstract: "Print the token ids of texts.",
        discussion: """
            Without TEXT, standard input is read as one text.

            Examples:
              qwen3-asr tokenize --model qwen3-asr-1.7b-onnx "Guten Tag"
              echo '{"text": "Guten Tag"}' | qwen3-asr tokenize --json-lines
            """)

    @OptionGroup var model: ModelOption

    @Flag(
        help: ArgumentHelp(
            "Read a JSON object with \"text\" per line, write one with \"text\", \"ids\" and \"decoded\"."))
    var jsonLines = false

    @Argument(help: "Texts; one line of ids each.")
    var texts: [String] = []

    func validate() throws {
        if jsonLines && !texts.isEmpty {
            throw ValidationError("--json-lines reads standard input; TEXT cannot be given as well.")
        }
    }

    func run() throws {
        let terminal = Terminal(quiet: false)
        do {
            let tokenizer = try TextTokenizer(modelDirectory: model.directory.url)
            if jsonLines {
                try convertLines(tokenizer)
            } else {
                for text in try texts.isEmpty ? [Self.standardInput()] : texts {
                    let ids = try tokenizer.encode(text).map(String.init).joined(separator: " ")
                    try StandardOutput.write(ids + "\n")
                }
            }
        } catch {
            terminal.error("\(error)")
            throw ExitStatus(error).exit
        }
    }

    private static func standardInput() throws -> String {
        let data = try FileHandle.standardInput.readToEnd() ?? Data()
        guard let text = String(data: data, encoding: .utf8) else {
            throw CommandFailure(status: .badInput, description: "standard input is not valid UTF-8")
        }
        return text
    }

    private struct Line: Codable {
        let text: String
        var ids: [Int]?
        var decoded: String?
    }

    private func convertLines(_ tokenizer: TextTokenizer) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        var number = 0
        while let line = readLine() {
            number += 1
            if line.allSatisfy(\.isWhitespace) { continue }
            guard var object = try? JSONDecoder().decode(Line.self, from: Data(line.utf8)) else {
                throw CommandFailure(
                    status: .badInput, description: "line \(number): not a JSON object with a string \"text\""
                )
            }
            let ids = try tokenizer.encode(object.text)
            object.ids = ids
            object.decoded = tokenizer.decode(ids)
            try StandardOutput.write(String(decoding: try encoder.encode(object), as: UTF8.self) + "\n")
        }
    }
}
