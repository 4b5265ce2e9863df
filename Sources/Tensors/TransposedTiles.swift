/// The order in which a transposed view is copied: small tiles, so that each cache line that is read is used
/// up before it leaves the cache.
///
/// Row by row, every element of a row would come from another line.
struct TransposedTiles {
    /// A piece of two axes of the view: one that is contiguous in the source and one in the copy.
    struct Tile {
        /// Of the first element, in elements, in the source and in the copy.
        let source: Int
        let target: Int
        /// Elements along the axis that is contiguous in the source, and along the other one.
        let length: Int
        let width: Int
    }

    private typealias Axis = (count: Int, sourceStride: Int, targetStride: Int)
    private var outer: [Axis] = []
    private var along: Axis = (1, 1, 1)
    private var across: Axis = (1, 1, 1)

    /// Elements of a cache line, if they are floats, and lines that a small cache holds at equal distances.
    private static let length = 16
    private static let width = 8

    /// Nil if the view's rows are contiguous, or too small for tiles.
    init?(shape: Shape, strides: Axes) {
        let targetStrides = shape.rowMajorStrides
        guard shape.elementCount > 0, let last = shape.lastIndex(where: { $0 != 1 }),
            strides[last] != 1, shape[last] >= Self.width,
            let first = shape.indices.first(where: {
                $0 != last && strides[$0] == 1 && shape[$0] >= Self.width
            })
        else { return nil }
        for axis in shape.indices where shape[axis] != 1 {
            let entry = (shape[axis], strides[axis], targetStrides[axis])
            switch axis {
            case first: along = entry
            case last: across = entry
            default: outer.append(entry)
            }
        }
    }

    /// Distance of neighbours along a tile's length in the copy, and along its width in the source.
    var targetStride: Int { along.targetStride }
    var sourceStride: Int { across.sourceStride }

    func forEachTile(_ body: (Tile) -> Void) {
        for index in 0..<outer.reduce(1, { $0 * $1.count }) {
            var (source, target, rest) = (0, 0, index)
            for axis in outer.reversed() {
                let position = rest % axis.count
                rest /= axis.count
                source += position * axis.sourceStride
                target += position * axis.targetStride
            }
            for row in stride(from: 0, to: along.count, by: Self.length) {
                for column in stride(from: 0, to: across.count, by: Self.width) {
                    body(
                        Tile(
                            source: source + row + column * across.sourceStride,
                            target: target + row * along.targetStride + column,
                            length: min(Self.length, along.count - row),
                            width: min(Self.width, across.count - column)))
                }
            }
        }
    }
}
