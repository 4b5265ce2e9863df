import Tensors
import Threading

/// Combines the terms of each row of a tensor into one number.
enum RowFold<Combine: ArithmeticFunction, Term: NumberUnary> {
    /// Folds the last axis of a tensor of compute type and drops it.
    ///
    /// - Parameter isMean: whether the result is divided by the number of terms.
    static func lastAxis(
        of input: Tensor, from start: FoldStart, isMean: Bool = false, _ context: OperatorContext
    ) throws(OperatorError) -> Tensor {
        let computation = Computation(
            input: input.contiguous(), start: start, isMean: isMean, context: context)
        return try input.elementType.dispatch(computation)
    }

    private struct Computation: NumberComputation {
        let input: Tensor
        let start: FoldStart
        let isMean: Bool
        let context: OperatorContext

        func compute<T: Number>(_ type: T.Type) -> Tensor {
            let length = input.shape[input.rank - 1]
            let shape = Shape(input.shape.dropLast())
            let start: T.Total = start.value()
            let divisor = isMean ? T.Total(exactly: length) : nil
            return .build(
                type, shape, rows: shape.elementCount, grain: 32_768 / max(1, length), on: context.pool
            ) { range, output in
                let span = input.span(T.self)
                for row in range {
                    let total = fold(span.extracting(row * length..<(row + 1) * length), from: start)
                    let result = divisor.map { T.Total.quotient(total, $0) } ?? total
                    output[row - range.lowerBound] = T(rounding: result)
                }
            }
        }
    }

    /// Eight independent accumulators: the sum of floats is in double, and the additions overlap.
    @inline(__always)
    private static func fold<T: Number>(_ row: Span<T>, from start: T.Total) -> T.Total {
        var lanes = InlineArray<8, T.Total>(repeating: start)
        let whole = row.count & ~7
        var index = 0
        while index < whole {
            let block = row.extracting(index..<index + 8)
            for lane in 0..<8 {
                lanes[lane] = Combine.apply(lanes[lane], Term.apply(block[lane].asTotal))
            }
            index += 8
        }
        for rest in whole..<row.count {
            lanes[0] = Combine.apply(lanes[0], Term.apply(row[rest].asTotal))
        }
        for lane in 1..<8 { lanes[0] = Combine.apply(lanes[0], lanes[lane]) }
        return lanes[0]
    }
}

/// The number that leaves every other one unchanged when combined with it.
enum FoldStart {
    case zero, one, lowest, highest

    func value<T: Number>() -> T {
        switch self {
        case .zero: 0
        case .one: 1
        case .lowest: T.lowest
        case .highest: T.highest
        }
    }
}
