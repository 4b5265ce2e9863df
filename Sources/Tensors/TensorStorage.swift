internal import Memory

/// Owner of the bytes behind tensors: allocated, or a view of a mapped file.
///
/// Unchecked because of the raw pointer. It holds because bytes are written only before any tensor that shows
/// them exists: by the function that creates the storage, or by ``GrowingTensor`` behind the end of all views.
final class TensorStorage: @unchecked Sendable {
    let base: UnsafeMutableRawPointer
    let byteCount: Int
    /// Keeps a mapping alive; nil when the bytes were allocated here.
    let mapping: MappedFile?
    /// What was allocated; nil for a mapping.
    private let allocatedBytes: Int?

    /// Alignment of allocated storage.
    static let alignment = MemoryBlock.alignment

    /// Uninitialised bytes.
    init(byteCount: Int) {
        // Room for a whole vector past the end, so that kernels may read tails without a special case.
        (base, allocatedBytes) = MemoryBlock.allocate(byteCount + Self.alignment)
        self.byteCount = byteCount
        mapping = nil
    }

    /// The whole of a mapped file, read only.
    init(mapping: MappedFile) {
        base = UnsafeMutableRawPointer(mutating: mapping.base)
        byteCount = mapping.byteCount
        self.mapping = mapping
        allocatedBytes = nil
    }

    deinit {
        if let allocatedBytes { MemoryBlock.free(base, allocatedBytes) }
    }
}
