import Tensors
import Threading

/// ONNX Where: elements of X where the condition holds, else of Y, all three broadcast together.
struct Where: Operator {
    init(_ node: OperatorNode) {}

    private struct Choice: ElementMove {
        let shape: Shape
        let condition: Tensor
        let x: Tensor
        let y: Tensor
        let context: OperatorContext

        func move<Word: CastableElement>(_ type: Word.Type) -> Tensor {
            let nest = LoopNest(shape, condition, x, y)
            let steps = nest.steps
            return .build(
                Word.self, shape, rows: shape.elementCount, grain: 16_384, on: context.pool
            ) { range, output in
                let condition = condition.stridedSpan(UInt8.self)
                let x = x.stridedSpan(Word.self)
                let y = y.stridedSpan(Word.self)
                var runs = nest.runs(in: range)
                while let run = runs.next() {
                    for index in 0..<run.count {
                        let offsets = run.offsets &+ steps &* index
                        let isTrue = condition[offsets[0]] != 0
                        output[run.start + index] = isTrue ? x[offsets[1]] : y[offsets[2]]
                    }
                }
            }
        }
    }

    func run(_ inputs: OperatorInputs, _ context: OperatorContext) throws(OperatorError) -> [Tensor] {
        let condition = try inputs.tensor(0, "condition", .bool)
        let x = try inputs.tensor(1, "X")
        let y = try inputs.tensor(2, "Y", like: x)
        let shape = try Shape.broadcastResult(try .broadcastResult(condition.shape, x.shape), y.shape)
        let choice = Choice(
            shape: shape, condition: condition.reinterpreted(as: .uint8),
            x: x.reinterpreted(as: x.elementType.word).aligned(),
            y: y.reinterpreted(as: y.elementType.word).aligned(), context: context)
        return [try x.elementType.dispatch(choice)]
    }
}
