import Synchronization
import Testing
import Threading

@Suite struct ReadAheadTests {
    private let pieceSize = UInt(ReadAhead.pieceSize)

    private func pieces(_ regions: MemoryRegion..., threads: Int = 1, thread: Int = 0) -> [UInt] {
        let ahead = ReadAhead(threads: threads)
        ahead.announce(regions)
        var found: [UInt] = []
        while let piece = ahead.readPiece(for: thread) { found.append(piece) }
        return found
    }

    /// Nothing is at these addresses: asking for them must do no harm.
    @Test(arguments: [0, 1, 511, 512, 513, 1_023, 1_024, 5_000])
    func wholePiecesInOrder(byteCount: Int) {
        let start: UInt = 1 << 40
        let expected = (0..<UInt(byteCount) / pieceSize).map { start + $0 * pieceSize }
        #expect(pieces(MemoryRegion(address: start, byteCount: byteCount)) == expected)
    }

    @Test func largeRegionsAreReadInPart() {
        let region = MemoryRegion(address: 3 << 45, byteCount: .max)
        let found = pieces(region)
        #expect(found.count == ReadAhead.mostPieces)
        #expect(found.last == region.address + UInt(ReadAhead.mostPieces - 1) * pieceSize)
    }

    @Test func addressesNeedNoAlignment() {
        #expect(pieces(MemoryRegion(address: 1 << 30 + 77, byteCount: 600)) == [1 << 30])
    }

    /// Parts begin where those of loops do, whichever region that is in.
    @Test func ownPartFirst() {
        let (first, second) = (UInt(1) << 30, UInt(1) << 40)
        let regions = (
            MemoryRegion(address: first, byteCount: 6 * 512),
            MemoryRegion(address: second, byteCount: 2 * 512)
        )
        let places =
            (0..<6).map { first + UInt($0) * pieceSize } + (0..<2).map { second + UInt($0) * pieceSize }
        #expect(pieces(regions.0, regions.1, threads: 2, thread: 1) == [4, 5, 0, 1, 2, 3].map { places[$0] })
        #expect(
            pieces(regions.0, regions.1, threads: 4, thread: 3)
                == [6, 7, 0, 1, 2, 3, 4, 5].map { places[$0] })
        #expect(pieces(regions.1, threads: 16, thread: 15) == [places[7], places[6]])
        #expect(pieces(threads: 2, thread: 1).isEmpty)
    }

    @Test func lastAnnouncementCounts() {
        let ahead = ReadAhead(threads: 1)
        ahead.announce([MemoryRegion(address: 1 << 30, byteCount: 10_000)])
        #expect(ahead.readPiece(for: 0) == 1 << 30)
        ahead.announce([MemoryRegion(address: 1 << 31, byteCount: 512)])
        #expect(ahead.readPiece(for: 0) == 1 << 31)
        #expect(ahead.readPiece(for: 0) == nil)
    }

    @Test func noPieceIsReadTwice() async {
        let ahead = ReadAhead(threads: 4)
        let count = ReadAhead.mostPieces
        ahead.announce([MemoryRegion(address: 1 << 40, byteCount: count * ReadAhead.pieceSize)])
        let seen = await withTaskGroup(of: [UInt].self) { group in
            for thread in 0..<4 {
                group.addTask {
                    var found: [UInt] = []
                    // Nil also where another thread was faster.
                    for _ in 0..<4 * count {
                        if let piece = ahead.readPiece(for: thread) { found.append(piece) }
                    }
                    return found
                }
            }
            return await group.reduce(into: []) { $0 += $1 }
        }
        #expect(seen.count == count)
        #expect(Set(seen).count == count)
    }

    /// Workers read ahead between loops and still take part in them.
    @Test func loopsGoOn() {
        let pool = ThreadPool(threads: 3)
        let total = Atomic(0)
        for round in 0..<2_000 {
            pool.readAhead([MemoryRegion(address: UInt(round) << 20, byteCount: 1 << 20)])
            pool.parallelFor(6) { range in total.add(range.count, ordering: .relaxed) }
        }
        #expect(total.load(ordering: .relaxed) == 12_000)
    }
}
