/// The kernels of one instruction set. Chosen once; nothing else dispatches.
package struct KernelTable: Sendable {
    package let instructionSet: InstructionSet

    /// - Precondition: the instruction set is supported by this machine.
    package init(_ instructionSet: InstructionSet) {
        precondition(instructionSet.isSupported)
        self.instructionSet = instructionSet
    }

    /// The fastest that this machine supports.
    package static let best = KernelTable(InstructionSet.supported[0])
}
