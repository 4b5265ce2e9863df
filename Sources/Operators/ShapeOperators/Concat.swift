import Tensors
import Threading

/// ONNX Concat.
struct Concat: Operator {
    private let axis: Int

    init(_ node: OperatorNode) throws(OperatorError) {
        axis = try node.attributes.requiredInt("axis")
    }

    func run(_ inputs: OperatorInputs, _ context: OperatorContext) throws(OperatorError) -> [Tensor] {
        let first = try inputs.tensor(0, "inputs_0")
        let axis = try first.shape.requiredAxis(axis)
        var parts = [first]
        for index in 1..<max(1, inputs.count) {
            parts.append(try inputs.tensor(index, "inputs_\(index)", like: first))
        }
        return [try .concatenated(parts, axis: axis, context)]
    }
}

extension Tensor {
    /// Tensors of one type, one after the other along an axis.
    static func concatenated(
        _ tensors: [Tensor], axis: Int, _ context: OperatorContext
    ) throws(OperatorError) -> Tensor {
        let first = tensors[0]
        var dimensions = first.shape.dimensions
        for tensor in tensors.dropFirst() {
            let agrees =
                tensor.rank == first.rank
                && dimensions.indices.allSatisfy { $0 == axis || tensor.shape[$0] == dimensions[$0] }
            guard agrees else {
                throw .invalid("shapes \(first.shape) and \(tensor.shape) differ beside axis \(axis)")
            }
            dimensions[axis] += tensor.shape[axis]
        }
        let concatenation = Concatenation(
            shape: try .result(dimensions), axis: axis, parts: tensors.map(\.words), context: context)
        return try first.elementType.dispatch(concatenation)
    }
}

private struct Concatenation: ElementMove {
    let shape: Shape
    let axis: Int
    let parts: [Tensor]
    let context: OperatorContext

    func move<Word: CastableElement>(_ type: Word.Type) -> Tensor {
        let outer = shape[..<axis].reduce(1, *)
        let inner = shape[(axis + 1)...].reduce(1, *)
        let rowLength = shape[axis] * inner
        return .build(
            Word.self, shape, rows: outer, grain: 32_768 / max(1, rowLength), on: context.pool
        ) { range, output in
            var start = 0
            for part in parts {
                let length = part.shape[axis] * inner
                let source = part.span(Word.self)
                for row in range {
                    let target = (row - range.lowerBound) * rowLength + start
                    output.copy(source.extracting(row * length..<(row + 1) * length), at: target)
                }
                start += length
            }
        }
    }
}
