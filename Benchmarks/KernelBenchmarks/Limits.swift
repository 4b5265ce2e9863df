import Kernels
import MachineLimits

extension KernelBenchmarks {
    /// What the kernels are held against.
    func addLimits() {
        guard set != .portable else { return }
        let operations = MachineLimits.runFloat32(set, on: pool)
        add("limit of float32", .operations(Int(operations))) { this in
            { _ in _ = MachineLimits.runFloat32(this.set, on: this.pool) }
        }
        add("limit of int8", .operations(Int(MachineLimits.runInt8(set, on: pool)))) { this in
            { _ in _ = MachineLimits.runInt8(this.set, on: this.pool) }
        }
        // A part at a time of more than any cache holds, as weights are read.
        let (parts, size) = (32, 8 << 20)
        add("limit of memory read", .bytes(size)) { this in
            let memory = [UInt8](repeating: 1, count: parts * size)
            return { call in
                let first = call % parts * size
                MachineLimits.read(memory.span.extracting(first..<first + size).bytes, on: this.pool)
            }
        }
    }
}
