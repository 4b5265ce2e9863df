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
                    var target = output.part(run.start..<run.start + run.count)
                    row(condition, x, y, run, steps, &target)
                }
            }
        }

        /// One run; contiguous operands get a loop without index arithmetic.
        @inline(__always)
        private func row<Word>(
            _ condition: Span<UInt8>, _ x: Span<Word>, _ y: Span<Word>, _ run: LoopNest.Run,
            _ steps: SIMD4<Int>, _ output: inout MutableSpan<Word>
        ) {
            let (c, a, b, count) = (run.offsets[0], run.offsets[1], run.offsets[2], run.count)
            if steps == SIMD4(1, 1, 1, 0) {
                let condition = condition.extracting(c..<c + count)
                let x = x.extracting(a..<a + count)
                let y = y.extracting(b..<b + count)
                for index in 0..<count { output[index] = condition[index] != 0 ? x[index] : y[index] }
            } else {
                for index in 0..<count {
                    let isTrue = condition[c + index * steps[0]] != 0
                    output[index] = isTrue ? x[a + index * steps[1]] : y[b + index * steps[2]]
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
