internal import Foundation

/// The largest result that an operator computes. Larger ones come from corrupt or hostile models, and allocating
/// them would end the process.
package enum ResultLimit {
    /// In elements: what fits into the machine's memory at eight bytes each, and at most 2³².
    ///
    /// Lower while constants are folded at load, where a few bytes of a model can ask for any amount.
    @TaskLocal package static var elements = Int(
        min(1 << 32, ProcessInfo.processInfo.physicalMemory / 8))
}
