import ArgumentParser
import Transcription

/// How graphs are run, shared by the subcommands that run any.
struct EngineOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Threads to compute with; default: all processors.", valueName: "n"))
    var threads: Int?

    @Option(help: "Instruction set of the kernels.")
    var isa = Transcriber.Options.InstructionSet.auto

    @Flag(name: .customLong("no-fusion"), help: "Run the graphs as they are written.")
    var noFusion = false

    func validate() throws {
        if let threads, !(1...1_024).contains(threads) {
            throw ValidationError("--threads must be 1 to 1024.")
        }
    }

    func transcriberOptions(_ variant: Variant) -> Transcriber.Options {
        var options = Transcriber.Options()
        options.variant = variant
        options.threads = threads
        options.instructionSet = isa
        options.fusion = !noFusion
        return options
    }
}
