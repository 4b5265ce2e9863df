/// Memory for intermediate results of kernels, aligned to cache lines.
///
/// Unchecked because of the raw pointer: whoever creates it writes it before anyone else gets it.
final class KernelMemory: @unchecked Sendable {
    let base: UnsafeMutableRawPointer

    /// Uninitialised.
    init(byteCount: Int) {
        base = .allocate(byteCount: byteCount, alignment: 64)
    }

    deinit {
        base.deallocate()
    }
}
