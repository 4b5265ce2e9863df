package import Tensors

/// A mapped file of the given bytes; the file itself is gone when this returns.
package func temporaryMapping(_ bytes: some Sequence<UInt8>) throws -> MappedFile {
    try withExtendedLifetime(TemporaryDirectory()) { try MappedFile(path: $0.write(bytes, "mapped")) }
}
