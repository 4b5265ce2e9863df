package import Tensors
package import Threading

/// Keys and values of all decoder layers for the positions decoded so far, grown in place.
///
/// Belongs to one decoding at a time: runs that share it must follow each other.
package final class DecodingCache: Sendable {
    /// Whether keys and values are kept in 16 bits, which halves what each step reads; see
    /// ``KernelTable/packRows(_:size:into:)``.
    package let isPacked: Bool
    private let keys: [GrowingTensor]
    private let values: [GrowingTensor]

    /// - Parameters:
    ///   - layers: of the decoder.
    ///   - capacity: positions expected; more make the cache grow.
    ///   - isPacked: see ``isPacked``.
    package init(layers: Int, capacity: Int, isPacked: Bool = false) {
        self.isPacked = isPacked
        keys = (0..<layers).map { _ in GrowingTensor(axis: 2, capacity: capacity) }
        values = (0..<layers).map { _ in GrowingTensor(axis: 2, capacity: capacity) }
    }

    /// Positions that all layers have.
    package var positions: Int { keys.first?.count ?? 0 }

    /// Keys of the first positions, layer by layer: float32 `[batch, key-value heads, positions, size]`.
    ///
    /// - Precondition: all layers have that many.
    package func keys(positions: Int, on pool: ThreadPool) -> [Tensor] {
        keys.map { $0.first(positions).unpackingRows(on: pool) }
    }

    /// Values of the first positions, likewise.
    package func values(positions: Int, on pool: ThreadPool) -> [Tensor] {
        values.map { $0.first(positions).unpackingRows(on: pool) }
    }

    func store(layer: Int, holdsValues: Bool) -> GrowingTensor? {
        keys.indices.contains(layer) ? (holdsValues ? values : keys)[layer] : nil
    }
}
