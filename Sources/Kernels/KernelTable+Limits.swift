extension KernelTable {
    /// Multiplies and adds floats and does nothing else, on this thread.
    ///
    /// - Returns: multiply-adds done.
    package func multiplyAdds(rounds: Int) -> Int {
        let limits = LimitFunctions(instructionSet)
        _ = limits.multiplyAdds(rounds, 0.999, 0.001)
        return rounds * limits.multiplyAddsPerRound
    }

    /// Multiplies and adds bytes and does nothing else, on this thread.
    ///
    /// - Returns: multiply-adds done.
    package func byteProducts(rounds: Int) -> Int {
        let limits = LimitFunctions(instructionSet)
        let factors = [UInt8](repeating: 3, count: 512)
        factors.withUnsafeBufferPointer { factors in
            guard let u = factors.baseAddress else { return }
            u.withMemoryRebound(to: Int8.self, capacity: factors.count) { s in
                _ = limits.byteProducts(rounds, u, s)
            }
        }
        return rounds * limits.byteProductsPerRound
    }

    /// Reads numbers from memory as fast as they come, on this thread.
    ///
    /// - Returns: bytes read.
    package func read(_ values: Span<Float>) -> Int {
        let limits = LimitFunctions(instructionSet)
        let count = values.count / 64 * 64
        values.withUnsafeBufferPointer { values in
            guard let base = values.baseAddress else { return }
            _ = limits.sum(base, count)
        }
        return count * 4
    }
}
