/// The kernels of one instruction set. Chosen once; nothing else dispatches. A class, because operators copy it, and it
/// consists of many functions.
///
/// The entry points that take spans check sizes once and then hand pointers to the kernels, which do not.
package final class KernelTable: Sendable {
    package let instructionSet: InstructionSet
    let functions: KernelFunctions

    /// - Parameter nbitsTile: of AVX-512's four-bit products; the results are the same.
    /// - Precondition: the instruction set is supported by this machine.
    package init(_ instructionSet: InstructionSet, nbitsTile: NBitsTile = .best) {
        precondition(instructionSet.isSupported)
        self.instructionSet = instructionSet
        functions =
            switch instructionSet {
            case .portable: .portable
            case .avx2: .avx2
            case .avx512: .avx512(nbitsTile)
            }
    }

    /// The fastest that this machine supports.
    package static let best = KernelTable(InstructionSet.supported[0])
}
