package import Tensors

/// Keys and values of all decoder layers for the positions decoded so far, grown in place.
///
/// Belongs to one decoding at a time: runs that share it must follow each other.
package final class DecodingCache: Sendable {
    private let keys: [GrowingTensor]
    private let values: [GrowingTensor]

    /// - Parameters:
    ///   - layers: of the decoder.
    ///   - capacity: positions expected; more make the cache grow.
    package init(layers: Int, capacity: Int) {
        keys = (0..<layers).map { _ in GrowingTensor(axis: 2, capacity: capacity) }
        values = (0..<layers).map { _ in GrowingTensor(axis: 2, capacity: capacity) }
    }

    /// Positions that all layers have.
    package var positions: Int { keys.first?.count ?? 0 }

    /// Keys of the first positions, layer by layer: `[batch, key-value heads, positions, size]`.
    ///
    /// - Precondition: all layers have that many.
    package func keys(positions: Int) -> [Tensor] { keys.map { $0.first(positions) } }

    /// Values of the first positions, likewise.
    package func values(positions: Int) -> [Tensor] { values.map { $0.first(positions) } }

    func store(layer: Int, holdsValues: Bool) -> GrowingTensor? {
        keys.indices.contains(layer) ? (holdsValues ? values : keys)[layer] : nil
    }
}
