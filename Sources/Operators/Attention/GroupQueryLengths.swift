internal import Tensors

/// How many rows each entry of the batch of a com.microsoft `GroupQueryAttention` has.
struct GroupQueryLengths {
    /// Cached and new rows together.
    let total: [Int]
    /// New rows; the others of the chunk are padding on the right.
    let new: [Int]
    /// The largest of ``total``, or an upper bound of it.
    let longest: Int
    /// Whether ``longest`` may be larger than any of the lengths.
    let isUpperBound: Bool
    private let chunk: Int
    private let isPrompt: Bool

    /// Cached rows.
    var past: [Int] { zip(total, new).map { $0 - $1 } }

    init(
        _ inputs: OperatorInputs, batch: Int, newRows: Int, keyRows: Int
    ) throws(OperatorError) {
        guard keyRows == newRows else {
            throw .unsupported("GroupQueryAttention of \(newRows) queries and \(keyRows) new keys")
        }
        let lastIndices = try inputs.requiredIntegers(5, "seqlens_k")
        let longest = try inputs.requiredIntegers(6, "total_sequence_length")
        guard lastIndices.count == batch, longest.count == 1 else {
            throw .invalid("\(lastIndices.count) seqlens_k for a batch of \(batch)")
        }
        self.longest = longest[0]
        chunk = newRows
        guard lastIndices.allSatisfy({ $0 >= 0 && $0 < longest[0] }), longest[0] < 1 << 31 else {
            throw .invalid("seqlens_k \(lastIndices) with total_sequence_length \(longest[0])")
        }
        let total = lastIndices.map { $0 + 1 }
        self.total = total
        if let given = try inputs.integers(16, "query_seqlens") {
            guard given.count == batch, zip(given, total).allSatisfy({ $0 >= 0 && $0 <= min(newRows, $1) })
            else { throw .invalid("query_seqlens \(given) with seqlens_k \(lastIndices)") }
            new = given
            isPrompt = false
            isUpperBound = true
        } else {
            new = total.map { min(newRows, $0) }
            isPrompt = newRows == longest[0]
            isUpperBound = false
        }
    }

    /// Positions of the new rows for rotary embedding, padding included, in row-major order.
    func positions(_ inputs: OperatorInputs) throws(OperatorError) -> [Int] {
        let given = try inputs.integers(9, "position_ids")
        var result: [Int] = []
        for (entry, past) in past.enumerated() {
            for row in 0..<chunk {
                if row >= new[entry] {
                    // Padding may lie beyond the tables, and its position does not matter.
                    result.append(0)
                } else if let given {
                    let index = isPrompt ? 0 : entry * chunk + row
                    guard index < given.count, given[index].magnitude < 1 << 31 else {
                        throw .invalid("\(given.count) position_ids for \(total.count) × \(chunk) rows")
                    }
                    // Of a prompt, ONNX Runtime reads the first position only.
                    result.append(isPrompt ? given[0] + row : given[index])
                } else {
                    result.append(past + row)
                }
            }
        }
        return result
    }
}
