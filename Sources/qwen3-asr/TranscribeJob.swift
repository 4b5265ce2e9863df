import Foundation
import Transcription

/// All inputs of one `transcribe`, one after the other, past those that fail.
struct TranscribeJob {
    let transcriber: Transcriber
    let options: TranscriptionOptions
    let inputs: [String]
    let format: TranscribeCommand.Format
    let output: OutputPlan
    let terminal: Terminal
    let interruption: Interruption
    let modelName: String
    /// Lines for the one output file, in the order of the inputs.
    private var lines: [String] = []

    init(
        transcriber: Transcriber, options: TranscriptionOptions, inputs: [String],
        format: TranscribeCommand.Format, output: OutputPlan, terminal: Terminal,
        interruption: Interruption, modelName: String
    ) {
        self.transcriber = transcriber
        self.options = options
        self.inputs = inputs
        self.format = format
        self.output = output
        self.terminal = terminal
        self.interruption = interruption
        self.modelName = modelName
    }

    /// Whether text appears on the terminal while it is decoded.
    private var showsTextAsDecoded: Bool {
        guard case .standardOutput = output else { return false }
        return format == .txt && StandardOutput.isTerminal
    }

    /// - Returns: the exit status; nil if all went well.
    mutating func run() async throws -> ExitStatus? {
        var failures: [ExitStatus] = []
        for (index, input) in inputs.enumerated() where interruption.received == nil {
            do {
                let transcript = try await transcribe(input)
                try deliver(try rendered(transcript, of: input), at: index)
                report(transcript, of: input)
            } catch is CancellationError {
                break
            } catch let error as CommandFailure {
                // Nothing that follows could be written either.
                throw error
            } catch {
                terminal.error("\(error)")
                failures.append(ExitStatus(error))
                if format == .json { try deliver(try TranscriptRecord(error, of: input).line(), at: index) }
            }
        }
        terminal.clearProgress()
        if case .file(let url) = output, interruption.received == nil, !lines.isEmpty {
            try OutputPlan.write(lines.map { $0 + "\n" }.joined(), to: url)
        }
        if let signal = interruption.received { return signal }
        guard let first = failures.first else { return nil }
        if inputs.count == 1 { return first }
        terminal.error("\(failures.count) of \(inputs.count) recordings failed")
        return .someInputsFailed
    }

    private func transcribe(_ input: String) async throws -> Transcript {
        let source = input == "-" ? AudioInput.standardInput : .file(URL(filePath: input))
        let events = transcriber.events(source, options: options)
        let showsText = showsTextAsDecoded
        let progress = ProgressLine(input, terminal: terminal, isDrawn: !showsText)
        if showsText && inputs.count > 1 { try StandardOutput.write("\(input): ") }
        return try await interruption.cancelling {
            var text = ShownText()
            for try await event in events {
                progress.update(event)
                if showsText { try StandardOutput.write(text.addition(event)) }
                if case .finished(let transcript) = event { return transcript }
            }
            throw CancellationError()
        }
    }

    private func rendered(_ transcript: Transcript, of input: String) throws -> String {
        switch format {
        case .json:
            return try TranscriptRecord(
                transcript, of: input, model: modelName, variant: transcriber.variant
            ).line()
        case .txt:
            if case .directory = output { return transcript.text }
            return inputs.count > 1 ? "\(input): \(transcript.text)" : transcript.text
        }
    }

    private mutating func deliver(_ line: String, at index: Int) throws {
        terminal.clearProgress()
        switch output {
        case .standardOutput: try StandardOutput.write(showsTextAsDecoded ? "\n" : line + "\n")
        case .file: lines.append(line)
        case .directory(let directory, let names):
            try OutputPlan.write(line + "\n", to: directory.appending(path: names[index]))
        }
    }

    /// What the user should know about a transcript that is there.
    private func report(_ transcript: Transcript, of input: String) {
        for warning in transcript.warnings { terminal.note(warning) }
        for segment in transcript.segments where segment.finishReason != .eos {
            let range = "\(segment.start.formatted())–\(segment.end.formatted()) s"
            switch segment.finishReason {
            case .budget: terminal.note("\(input): \(range): token budget ran out, text may be incomplete")
            case .repetition: terminal.note("\(input): \(range): stopped at a repetition")
            case .eos: break
            }
        }
    }
}
