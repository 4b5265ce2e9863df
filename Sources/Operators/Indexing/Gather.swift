import Tensors
import Threading

/// ONNX Gather: entries of an axis by index; a scalar index gives a view.
struct Gather: Operator {
    private let axis: Int

    init(_ node: OperatorNode) throws(OperatorError) {
        axis = try node.attributes.int("axis", default: 0)
    }

    func run(_ inputs: OperatorInputs, _ context: OperatorContext) throws(OperatorError) -> [Tensor] {
        let data = try inputs.tensor(0, "data")
        let axis = try data.shape.requiredAxis(axis)
        let indexShape = try inputs.tensor(1, "indices").shape
        var indices = try inputs.requiredIntegers(1, "indices")
        for position in indices.indices {
            indices[position] = try data.shape.requiredIndex(indices[position], axis: axis)
        }
        let dimensions = data.shape[..<axis] + indexShape.dimensions + data.shape[(axis + 1)...]
        let shape = try Shape.result(Array(dimensions))
        if indices.count == 1 {
            return [data.sliced(axis: axis, start: indices[0], count: 1).reshaped(shape)]
        }
        return [try data.gathered(axis: axis, indices: indices, context).reshaped(shape)]
    }
}

extension Shape {
    /// An index along an axis, negative ones counted from the end.
    func requiredIndex(_ index: Int, axis: Int) throws(OperatorError) -> Int {
        let resolved = index < 0 ? index + self[axis] : index
        guard resolved >= 0, resolved < self[axis] else {
            throw .invalid("index \(index) is out of range for axis \(axis) of shape \(self)")
        }
        return resolved
    }
}

extension Tensor {
    /// Entries of an axis, one for each index, which must be within it.
    func gathered(
        axis: Int, indices: [Int], _ context: OperatorContext
    ) throws(OperatorError) -> Tensor {
        var dimensions = shape.dimensions
        dimensions[axis] = indices.count
        let shape = try Shape.result(dimensions)
        // To make all of a large table plain for a few of its rows would cost more than the rows.
        guard isContiguous && isAligned || indices.count >= self.shape[axis] || indices.isEmpty else {
            let entries = indices.map { sliced(axis: axis, start: $0, count: 1) }
            return try .concatenated(entries, axis: axis, context)
        }
        let rows = GatheredRows(shape: shape, axis: axis, data: words, indices: indices, context: context)
        return try elementType.dispatch(rows)
    }
}

private struct GatheredRows: ElementMove {
    let shape: Shape
    let axis: Int
    let data: Tensor
    let indices: [Int]
    let context: OperatorContext

    func move<Word: CastableElement>(_ type: Word.Type) -> Tensor {
        let outer = shape[..<axis].reduce(1, *)
        let inner = shape[(axis + 1)...].reduce(1, *)
        let length = data.shape[axis]
        return .build(
            Word.self, shape, rows: outer * indices.count, grain: 32_768 / max(1, inner), on: context.pool
        ) { range, output in
            let source = data.span(Word.self)
            for row in range {
                let (block, position) = row.quotientAndRemainder(dividingBy: indices.count)
                let start = (block * length + indices[position]) * inner
                output.copy(
                    source.extracting(start..<start + inner), at: (row - range.lowerBound) * inner)
            }
        }
    }
}
