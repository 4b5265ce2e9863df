import Tensors

/// ONNX Trilu: the upper or lower triangle of each matrix, zeros elsewhere; `k` moves the diagonal.
struct Trilu: Operator {
    private let isUpper: Bool

    init(_ node: OperatorNode) throws(OperatorError) {
        isUpper = try node.attributes.flag("upper", default: true)
    }

    private struct Move: ElementMove {
        let input: Tensor
        let diagonal: Int
        let isUpper: Bool

        func move<Word: CastableElement>(_ type: Word.Type) -> Tensor {
            let (rows, columns) = (input.shape[input.rank - 2], input.shape[input.rank - 1])
            let source = input.span(Word.self)
            return .build(type, input.shape) { output in
                guard columns > 0 else { return }
                for row in 0..<output.count / columns {
                    let boundary = min(max(0, row % rows + diagonal), columns)
                    let kept = isUpper ? boundary..<columns : 0..<boundary
                    for column in 0..<columns {
                        let place = row * columns + column
                        output[place] = kept.contains(column) ? source[place] : Word.cast(UInt8(0))
                    }
                }
            }
        }
    }

    func run(_ inputs: OperatorInputs, _ context: OperatorContext) throws(OperatorError) -> [Tensor] {
        let input = try inputs.tensor(0, "input")
        guard input.rank >= 2 else { throw .invalid("shape \(input.shape) has no matrices") }
        let limit = max(input.shape[input.rank - 2], input.shape[input.rank - 1])
        // Beyond the matrix all diagonals are the same.
        let k = min(max(try inputs.integer(1, "k") ?? 0, -limit - 1), limit + 1)
        // The first column that is kept above, or dropped below, the diagonal in row 0.
        let diagonal = isUpper ? k : k + 1
        return [
            try input.elementType.dispatch(Move(input: input.words, diagonal: diagonal, isUpper: isUpper))
        ]
    }
}
