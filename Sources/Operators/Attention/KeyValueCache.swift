internal import Tensors
internal import Threading

/// Copying of new keys or values behind cached ones.
enum KeyValueCache {
    /// A cache with new rows.
    ///
    /// - Parameters:
    ///   - past: `[batch, heads, length, size]` of float32; nil if nothing is cached.
    ///   - counts: rows of `past` that are kept, for each entry of the batch.
    ///   - new: `[batch, heads, rows, size]` of float32, which may be strided.
    ///   - newCounts: rows of `new` that are appended, for each entry; all if nil.
    ///   - capacity: rows of the result; those without a value are 0.
    static func appending(
        _ new: Tensor, counts newCounts: [Int]? = nil, to past: Tensor?, keeping counts: [Int], capacity: Int,
        on pool: ThreadPool
    ) throws(OperatorError) -> Tensor {
        let (batch, heads, size) = (new.shape[0], new.shape[1], new.shape[3])
        guard counts.count == batch, newCounts?.count ?? batch == batch else {
            throw .invalid("rows of shape \(new.shape) for a batch of \(counts.count)")
        }
        if let past {
            guard past.rank == 4, past.shape[0] == batch, past.shape[1] == heads, past.shape[3] == size else {
                throw .invalid("cache of shape \(past.shape) for new rows of shape \(new.shape)")
            }
        }
        for entry in 0..<batch {
            let added = newCounts?[entry] ?? new.shape[2]
            guard counts[entry] >= 0, counts[entry] <= past?.shape[2] ?? 0, added >= 0,
                added <= new.shape[2], counts[entry] + added <= capacity
            else {
                throw .invalid(
                    "\(counts[entry]) cached and \(added) new rows in a cache of \(capacity)")
            }
        }
        let past = past?.contiguous()
        let new = new.contiguous()
        let shape = try Shape.result([batch, heads, capacity, size])
        let grain = max(1, 16_384 / max(1, capacity * size))
        return .build(Float.self, shape, rows: batch * heads, grain: grain, on: pool) { range, output in
            let added = new.span(Float.self)
            for row in range {
                let entry = row / heads
                let start = (row - range.lowerBound) * capacity * size
                let kept = counts[entry] * size
                if let past {
                    let cached = past.span(Float.self)
                    let first = row * past.shape[2] * size
                    for index in 0..<kept { output[start + index] = cached[first + index] }
                }
                let rows = (newCounts?[entry] ?? new.shape[2]) * size
                let first = row * new.shape[2] * size
                for index in 0..<rows { output[start + kept + index] = added[first + index] }
                for index in start + kept + rows..<start + capacity * size { output[index] = 0 }
            }
        }
    }
}

extension Tensor {
    /// The heads of `[batch, sequence, heads · size]` as a view `[batch, heads, sequence, size]`.
    func splitIntoHeads(_ heads: Int, _ name: String) throws(OperatorError) -> Tensor {
        guard rank == 3, heads > 0, shape[2] % heads == 0 else {
            throw .invalid("\(name) of shape \(shape) with \(heads) heads")
        }
        return reshaped([shape[0], shape[1], heads, shape[2] / heads]).transposed([0, 2, 1, 3])
    }
}
