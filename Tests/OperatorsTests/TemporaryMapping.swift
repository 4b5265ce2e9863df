import Foundation
import Tensors

/// A mapped file of the given bytes; the file itself is gone when this returns.
func temporaryMapping(_ bytes: [UInt8]) throws -> MappedFile {
    let url = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
    try Data(bytes).write(to: url)
    defer { try? FileManager.default.removeItem(at: url) }
    return try MappedFile(path: url.path)
}
