public import ArgumentParser
public import Transcription

extension Variant: ExpressibleByArgument {}
extension Transcriber.Options.InstructionSet: ExpressibleByArgument {}
