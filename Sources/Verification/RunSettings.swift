package import Kernels
package import Runtime
internal import Threading

/// The ways in which one graph can be run, all of which must give the same results.
package struct RunSettings: Sendable, Equatable, CustomStringConvertible {
    package var instructionSet: InstructionSet
    package var threads: Int
    package var fusion: Bool

    package init(instructionSet: InstructionSet, threads: Int, fusion: Bool) {
        self.instructionSet = instructionSet
        self.threads = threads
        self.fusion = fusion
    }

    /// `fused, avx512, 2 threads`
    package var description: String {
        "\(fusion ? "fused" : "unfused"), \(instructionSet.rawValue), "
            + (threads == 1 ? "1 thread" : "\(threads) threads")
    }

    /// - Throws: ``VerificationError/setting(_:)`` if this machine cannot run so.
    package func sessionOptions() throws(VerificationError) -> Session.Options {
        guard instructionSet.isSupported else {
            throw .setting(
                "this processor has no \(instructionSet.rawValue), only "
                    + InstructionSet.supported.map(\.rawValue).joined(separator: ", "))
        }
        return Session.Options(
            pool: ThreadPool(threads: threads), kernels: KernelTable(instructionSet), fusion: fusion)
    }
}
