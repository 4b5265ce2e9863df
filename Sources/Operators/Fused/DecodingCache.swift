internal import Tensors

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

    func store(layer: Int, holdsValues: Bool) -> GrowingTensor? {
        keys.indices.contains(layer) ? (holdsValues ? values : keys)[layer] : nil
    }
}
