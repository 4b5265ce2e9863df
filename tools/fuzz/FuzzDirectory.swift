import Foundation
import Glibc
import Tensors

/// Where a target's files are: the directory that `tools/fuzz/run` names.
enum FuzzDirectory {
    private static let path = ProcessInfo.processInfo.environment["QWEN3_ASR_FUZZ_DIRECTORY"] ?? "."

    /// Writes a file anew; returns its path.
    static func write(_ start: UnsafePointer<UInt8>?, _ count: Int, _ name: String) -> String {
        let path = "\(path)/\(name)"
        // The file of the input before may still be mapped, so it is not written over.
        unlink(path)
        let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL, 0o600)
        precondition(descriptor >= 0 && Glibc.write(descriptor, start, count) == count)
        close(descriptor)
        return path
    }

    /// Reads every byte of a tensor.
    static func read(_ tensor: Tensor) {
        let plain = tensor.contiguous()
        var sum: UInt8 = 0
        for offset in 0..<plain.byteCount {
            sum &+= plain.bytes.unsafeLoad(fromByteOffset: offset, as: UInt8.self)
        }
        blackHole = sum
    }

    /// What was read ends here, so that reading is not optimised away.
    nonisolated(unsafe) private static var blackHole: UInt8 = 0
}
