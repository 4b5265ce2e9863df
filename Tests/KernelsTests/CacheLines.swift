/// Floats of which the first begins a cache line, as a tensor's does.
final class CacheLines {
    private let floats: UnsafeMutableBufferPointer<Float>

    /// - Parameter count: of floats, none of them a number.
    init(_ count: Int) {
        let memory = UnsafeMutableRawPointer.allocate(byteCount: max(64, count * 4), alignment: 64)
        floats = UnsafeMutableBufferPointer(start: memory.assumingMemoryBound(to: Float.self), count: count)
        floats.initialize(repeating: .nan)
    }

    deinit {
        floats.deallocate()
    }

    var array: [Float] {
        defer { withExtendedLifetime(self) {} }
        return Array(floats)
    }

    /// Runs `body` with the floats of a range.
    func write(_ range: Range<Int>, _ body: (inout MutableSpan<Float>) -> Void) {
        defer { withExtendedLifetime(self) {} }
        var span = UnsafeMutableBufferPointer(rebasing: floats[range]).mutableSpan
        body(&span)
    }
}
