public import ArgumentParser
package import Profiling
public import Transcription

extension Grouping: ExpressibleByArgument {}
extension Variant: ExpressibleByArgument {}
extension Transcriber.Options.InstructionSet: ExpressibleByArgument {}
