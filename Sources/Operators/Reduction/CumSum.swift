import Tensors
import Threading

/// ONNX CumSum: sums of all elements up to each one along an axis.
struct CumSum: Operator {
    private let isExclusive: Bool
    private let isReverse: Bool

    init(_ node: OperatorNode) throws(OperatorError) {
        isExclusive = try node.attributes.flag("exclusive")
        isReverse = try node.attributes.flag("reverse")
    }

    private struct Computation: NumberComputation {
        let rows: Tensor
        let isExclusive: Bool
        let isReverse: Bool

        func compute<T: Number>(_ type: T.Type) -> Tensor {
            let source = rows.span(T.self)
            let length = rows.shape[rows.rank - 1]
            return .build(type, rows.shape) { output in
                var sum = T.Total.zero
                for step in 0..<source.count {
                    let (row, position) = step.quotientAndRemainder(dividingBy: length)
                    if position == 0 { sum = .zero }
                    let place = row * length + (isReverse ? length - 1 - position : position)
                    if isExclusive { output[place] = T(rounding: sum) }
                    sum = T.Total.sum(sum, source[place].asTotal)
                    if !isExclusive { output[place] = T(rounding: sum) }
                }
            }
        }
    }

    func run(_ inputs: OperatorInputs, _ context: OperatorContext) throws(OperatorError) -> [Tensor] {
        let x = try inputs.tensor(0, "x", anyOf: ElementType.numbers)
        guard let input = try inputs.integer(1, "axis") else { throw .missingInput(name: "axis") }
        let axis = try x.shape.requiredAxis(input)
        let rows = x.cast(to: x.elementType.computeType, context).movingToEnd(axis).contiguous()
        let computation = Computation(rows: rows, isExclusive: isExclusive, isReverse: isReverse)
        let sums = try x.elementType.dispatch(computation).cast(to: x.elementType, context)
        return [sums.movingFromEnd(to: axis)]
    }
}
