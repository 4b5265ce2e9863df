/// Where the bytes of a tensor lie in a mapped file.
package struct MappedBytes: Sendable, Equatable {
    package let path: String
    /// Of the whole file.
    package let fileByteCount: Int
    /// From the first to the last byte of the tensor's elements.
    package let range: Range<Int>
}

extension Tensor {
    /// Where in a file the elements lie; nil if they were computed, or are a view with gaps.
    package var mappedBytes: MappedBytes? {
        guard let mapping = storage.mapping, isContiguous else { return nil }
        return MappedBytes(
            path: mapping.path, fileByteCount: mapping.byteCount,
            range: byteOffset..<byteOffset + byteCount)
    }
}
