import Testing

@testable import Kernels

@Suite struct StreamedResultTests {
    @Test func largeResultsWhoseRowsBeginCacheLines() {
        let memory = UnsafeMutableRawPointer.allocate(byteCount: 128, alignment: 64)
        defer { memory.deallocate() }
        let c = memory.assumingMemoryBound(to: Float.self)
        #expect(StreamedResult.isOne(c, rows: 32, stride: 1_024))
        #expect(StreamedResult.isOne(c, rows: 2, stride: 16_384))
        #expect(StreamedResult.isOne(c, rows: .max, stride: 16))
        #expect(StreamedResult.isOne(c, rows: 2, stride: .max & ~15))
        // Too small, or no rows but one.
        #expect(!StreamedResult.isOne(c, rows: 31, stride: 1_024))
        #expect(!StreamedResult.isOne(c, rows: 2, stride: 16_368))
        for rows in [0, 1] { #expect(!StreamedResult.isOne(c, rows: rows, stride: 1 << 20)) }
        // Rows that begin elsewhere.
        #expect(!StreamedResult.isOne(c, rows: 64, stride: 1_032))
        for offset in [1, 8, 15] { #expect(!StreamedResult.isOne(c + offset, rows: 64, stride: 1_024)) }
        #expect(StreamedResult.isOne(c + 16, rows: 64, stride: 1_024))
    }
}
