internal import Synchronization

/// A tensor that grows along one axis in place.
///
/// Views of it stay valid: what is appended lies behind them, and growing beyond the capacity moves to new
/// storage that they do not see.
package final class GrowingTensor: Sendable {
    private let axis: Int
    private let capacity: Int
    private let state = Mutex(State())
    /// Elements that room is made for before they are needed, at most.
    private static let largestReserve = 1 << 28

    private struct State {
        /// All entries that there is room for; nil before the first are appended.
        var room: Tensor?
        var count = 0
    }

    /// - Parameters:
    ///   - axis: the axis that grows.
    ///   - capacity: entries along it to make room for at first.
    package init(axis: Int, capacity: Int) {
        self.axis = axis
        self.capacity = max(1, capacity)
    }

    /// Entries along the axis.
    package var count: Int { state.withLock { $0.count } }

    /// A view of the first entries.
    ///
    /// - Precondition: there are as many, and any at all.
    package func first(_ count: Int) -> Tensor {
        state.withLock { state in
            guard let room = state.room, count <= state.count else {
                preconditionFailure("\(count) of \(state.count) entries")
            }
            return room.sliced(axis: axis, start: 0, count: count)
        }
    }

    /// Appends entries.
    ///
    /// - Returns: a view of all entries so far; nil if type or shape do not fit the ones before.
    package func append(_ tensor: Tensor) -> Tensor? {
        state.withLock { state in
            guard tensor.rank > axis else { return nil }
            let added = tensor.shape[axis]
            let (total, overflows) = state.count.addingReportingOverflow(added)
            guard !overflows, let room = room(for: total, like: tensor, state) else { return nil }
            room.sliced(axis: axis, start: state.count, count: added).overwrite(with: tensor)
            state.room = room
            state.count = total
            return room.sliced(axis: axis, start: 0, count: total)
        }
    }

    /// The present room if it suffices, else a larger one with the entries so far.
    private func room(for total: Int, like tensor: Tensor, _ state: State) -> Tensor? {
        var dimensions = tensor.shape.axes
        if let room = state.room {
            dimensions[axis] = room.shape[axis]
            guard room.elementType == tensor.elementType, room.shape == Shape(dimensions) else { return nil }
            if total <= room.shape[axis] { return room }
        }
        dimensions[axis] = total
        guard let needed = Shape(checking: dimensions) else { return nil }
        dimensions[axis] = max(capacity, total, 2 * (state.room?.shape[axis] ?? 0))
        let generous = Shape(checking: dimensions)
        let shape = generous.flatMap { $0.elementCount <= Self.largestReserve ? $0 : nil } ?? needed
        let larger = Tensor(uninitialized: tensor.elementType, shape: shape)
        if let room = state.room {
            larger.sliced(axis: axis, start: 0, count: state.count)
                .overwrite(with: room.sliced(axis: axis, start: 0, count: state.count))
        }
        return larger
    }
}

extension Tensor {
    fileprivate convenience init(uninitialized type: ElementType, shape: Shape) {
        self.init(
            elementType: type, shape: shape, strides: shape.rowMajorStrides,
            storage: TensorStorage(byteCount: shape.elementCount * type.byteWidth), byteOffset: 0)
    }

    /// Copies the elements of a tensor of the same type and shape into this view's memory, which nobody
    /// else may be reading.
    fileprivate func overwrite(with source: Tensor) {
        precondition(source.elementType == elementType && source.shape == shape)
        let width = elementType.byteWidth
        let plain = source.contiguous()
        StridedRows(shape: shape, strides: strides).forEachRow { row in
            let start = storage.base + byteOffset + row.offset * width
            let values = plain.storage.base + plain.byteOffset + row.index * row.count * width
            if row.stride == 1 {
                start.copyMemory(from: values, byteCount: row.count * width)
            } else {
                for index in 0..<row.count {
                    (start + index * row.stride * width)
                        .copyMemory(from: values + index * width, byteCount: width)
                }
            }
        }
        withExtendedLifetime(plain.storage) {}
    }
}
