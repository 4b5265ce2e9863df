internal import Kernels
internal import Tensors
internal import Threading

/// Rotations of position: the cosines and sines that the rows of heads are turned by.
struct RotaryRows: Sendable {
    /// `[positions, half]`, contiguous float32.
    private let cosines: Tensor
    private let sines: Tensor
    /// Row of the tables for each entry of the batch and place in the sequence, in row-major order.
    private let positions: [Int]
    private let isInterleaved: Bool

    /// Half the elements of a head that turn.
    private var half: Int { cosines.shape[1] }

    /// - Parameter positions: checked against the tables.
    init(
        cosines: Tensor, sines: Tensor, positions: [Int], isInterleaved: Bool, on pool: ThreadPool
    ) throws(OperatorError) {
        guard cosines.rank == 2, sines.shape == cosines.shape else {
            throw .invalid("tables of cosines \(cosines.shape) and sines \(sines.shape)")
        }
        if let wrong = positions.first(where: { $0 < 0 || $0 >= cosines.shape[0] }) {
            throw .invalid("position \(wrong) in tables of \(cosines.shape[0])")
        }
        self.cosines = cosines.widened(on: pool).contiguous()
        self.sines = sines.widened(on: pool).contiguous()
        self.positions = positions
        self.isInterleaved = isInterleaved
    }

    /// Turns the heads of a tensor `[batch, sequence, heads, size]` of float32, which may be strided.
    ///
    /// - Returns: contiguous in the order of these axes.
    func rotating(_ x: Tensor, _ context: OperatorContext) throws(OperatorError) -> Tensor {
        let (heads, size) = (x.shape[2], x.shape[3])
        guard x.shape[0] * x.shape[1] == positions.count, 2 * half <= size else {
            throw .invalid(
                "rotation of shape \(x.shape) at \(positions.count) positions by 2 × \(half) elements")
        }
        let source = x.contiguous()
        let rows = x.elementCount == 0 ? 0 : positions.count
        let grain = max(1, 4_096 / max(1, heads * size))
        return .build(Float.self, x.shape, rows: rows, grain: grain, on: context.pool) { range, output in
            let values = source.span(Float.self)
            let (cosineTable, sineTable) = (cosines.span(Float.self), sines.span(Float.self))
            for row in range {
                let table = positions[row] * half..<(positions[row] + 1) * half
                for head in 0..<heads {
                    let start = (row * heads + head) * size
                    let first = start - range.lowerBound * heads * size
                    var target = output.part(first..<first + size)
                    rotate(
                        values.extracting(start..<start + size), cosineTable.extracting(table),
                        sineTable.extracting(table), context.kernels, into: &target)
                }
            }
        }
    }

    private func rotate(
        _ x: Span<Float>, _ cosines: Span<Float>, _ sines: Span<Float>,
        _ kernels: KernelTable, into target: inout MutableSpan<Float>
    ) {
        let half = half
        if isInterleaved {
            for index in 0..<half {
                let (real, imaginary) = (x[2 * index], x[2 * index + 1])
                target[2 * index] = real * cosines[index] - imaginary * sines[index]
                target[2 * index + 1] = real * sines[index] + imaginary * cosines[index]
            }
        } else {
            var turned = target.part(0..<2 * half)
            kernels.rotate(x.extracting(0..<2 * half), cos: cosines, sin: sines, into: &turned)
        }
        for index in 2 * half..<x.count { target[index] = x[index] }
    }
}
