import Memory
import Synchronization
import Testing
import Threading

@Suite struct MemoryStoreTests {
    private static let sizes = [
        0, 1, 255, 256, 257, 320, 321, 65_535, 1 << 16, 1 << 16 + 1, 81_919, 81_920, 81_921, 100_000,
        1 << 17 - 1, 1 << 17, 1 << 20 + 17, 1 << 31,
    ]

    @Test(arguments: sizes)
    func blocksAreLargeEnough(byteCount: Int) {
        let size = MemoryStore.roundedUp(byteCount)
        #expect(size >= byteCount)
        #expect(size * 4 <= max(256, byteCount) * 5)
        #expect(MemoryStore.roundedUp(size) == size)
    }

    @Test func largerBlocksAreLeftAlone() {
        let byteCount = 1 << 31 + 1
        let store = MemoryStore(capacity: 1 << 40)
        #expect(MemoryStore.roundedUp(byteCount) == byteCount)
        #expect(store.take(byteCount) == nil)
        let block = UnsafeMutableRawPointer.allocate(byteCount: 64, alignment: 64)
        defer { block.deallocate() }
        #expect(!store.keep(block, byteCount))
    }

    /// Smaller blocks would not do, and much larger ones are better kept for what needs them.
    @Test func blocksComeBackForSimilarSizes() throws {
        let store = MemoryStore(capacity: 1 << 20)
        let size = MemoryStore.roundedUp(300_000)
        let block = UnsafeMutableRawPointer.allocate(byteCount: size, alignment: 64)
        defer { block.deallocate() }
        #expect(store.take(300_000) == nil)
        for byteCount in [size, 300_000, size / 2] {
            #expect(store.keep(block, size))
            for other in [size + 1, 2 * size, size / 2 - 40_000] { #expect(store.take(other) == nil) }
            let taken = try #require(store.take(byteCount))
            #expect(taken == (block, size))
            #expect(store.take(byteCount) == nil)
        }
    }

    @Test func fullStoreKeepsNoMore() {
        let size = 1 << 16
        let store = MemoryStore(capacity: 3 * size)
        let blocks = (0..<4).map { _ in UnsafeMutableRawPointer.allocate(byteCount: size, alignment: 64) }
        defer { for block in blocks { block.deallocate() } }
        for block in blocks[..<3] { #expect(store.keep(block, size)) }
        #expect(!store.keep(blocks[3], size))
        #expect(store.take(size) != nil)
        #expect(store.keep(blocks[3], size))
    }

    @Test(arguments: [1 << 16, 81_921, 1 << 20 + 17])
    func nothingIsKeptAfterRemovingAll(byteCount: Int) throws {
        let size = MemoryStore.roundedUp(byteCount)
        let store = MemoryStore(capacity: 2 * size)
        for _ in 0..<2 {
            for _ in 0..<2 {
                #expect(store.keep(.allocate(byteCount: size, alignment: 64), byteCount))
            }
            store.removeAll()
            #expect(store.take(byteCount) == nil)
        }
    }

    /// Every block is somebody's alone: what is written to it is there until it is given back.
    @Test func blocksAreNotShared() {
        let pool = ThreadPool(threads: 4)
        let mistakes = Atomic(0)
        pool.parallelFor(2_000) { range in
            for index in range {
                let block = MemoryBlock(byteCount: 1 << 16 + index % 3 * 30_000)
                let number = block.base.assumingMemoryBound(to: Int.self)
                number.pointee = index
                for _ in 0..<100 where number.pointee != index { mistakes.add(1, ordering: .relaxed) }
            }
        }
        #expect(mistakes.load(ordering: .relaxed) == 0)
    }
}
