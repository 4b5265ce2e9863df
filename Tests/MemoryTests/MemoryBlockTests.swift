import Memory
import Testing

@Suite struct MemoryBlockTests {
    /// About the size from which pages are huge, and such as no page divides.
    @Test(arguments: [0, 1, 65_536, 4 << 20 - 1, 4 << 20, 4 << 20 + 1, 9_999_999])
    func memoryIsAlignedAndAllThere(byteCount: Int) {
        for _ in 0..<2 {
            let block = MemoryBlock(byteCount: byteCount)
            #expect(UInt(bitPattern: block.base) % UInt(MemoryBlock.alignment) == 0)
            for offset in stride(from: 0, to: byteCount, by: 4_096) {
                block.base.storeBytes(
                    of: UInt8(truncatingIfNeeded: offset >> 12), toByteOffset: offset, as: UInt8.self)
            }
            if byteCount > 0 {
                block.base.storeBytes(of: 0xA5, toByteOffset: byteCount - 1, as: UInt8.self)
                #expect(block.base.load(fromByteOffset: byteCount - 1, as: UInt8.self) == 0xA5)
            }
            for offset in stride(from: 0, to: byteCount - 1, by: 4_096) {
                #expect(
                    block.base.load(fromByteOffset: offset, as: UInt8.self)
                        == UInt8(truncatingIfNeeded: offset >> 12))
            }
        }
    }
}
