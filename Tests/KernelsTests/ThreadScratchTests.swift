import Testing

@testable import Kernels

/// With numbers that no pool of the tests has threads for.
@Suite(.serialized) struct ThreadScratchTests {
    @Test func aThreadKeepsItsMemory() {
        let scratch = ThreadScratch(byteCount: 1_000)
        let first = scratch.withMemory(of: 15) { fill($0, 1_000) }
        #expect(scratch.withMemory(of: 15) { fill($0, 1_000) } == first)
        #expect(ThreadScratch(byteCount: 10).withMemory(of: 15) { fill($0, 10) } == first)
    }

    @Test(arguments: [0, 1, 63, 64, 65, 100_000, 5 << 20])
    func memoryIsAsLargeAsAskedFor(_ byteCount: Int) {
        for thread in [14, 15, 16, 1_000] {
            for size in [byteCount, byteCount / 2, byteCount] {
                let address = ThreadScratch(byteCount: size).withMemory(of: thread) { fill($0, size) }
                #expect(address % 64 == 0)
            }
        }
    }

    @Test func memoryInUseIsNobodyElses() {
        let scratch = ThreadScratch(byteCount: 500)
        scratch.withMemory(of: 15) { outer in
            let address = fill(outer, 500)
            // A loop within the loop, and another thread.
            for thread in [15, 14] {
                #expect(abs(scratch.withMemory(of: thread) { fill($0, 500) } - address) >= 500)
            }
        }
    }

    /// Writes all of some memory.
    private func fill(_ memory: UnsafeMutableRawPointer, _ byteCount: Int) -> Int {
        memory.initializeMemory(as: UInt8.self, repeating: 7, count: byteCount)
        return Int(bitPattern: memory)
    }
}
