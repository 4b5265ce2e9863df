/// Results of products that are written past the caches.
///
/// A result is read by other threads than those that wrote it, so that the same line comes to be in several processors'
/// caches. To write such lines again takes longer than to write to memory, above all between processors that share no cache
/// (figures in `docs/kernels.md`).
enum StreamedResult {
    /// Smaller ones probably are read again from caches; no other limit was tried.
    private static let leastBytes = 128 << 10

    /// Whether a result of so many rows is one: large, and every row begins a cache line.
    ///
    /// - Parameter stride: between the rows, in numbers.
    static func isOne(_ c: UnsafePointer<Float>, rows: Int, stride: Int) -> Bool {
        stride % 16 == 0 && UInt(bitPattern: c) % 64 == 0 && rows > 1 && stride >= leastBytes / 4 / rows
    }
}
