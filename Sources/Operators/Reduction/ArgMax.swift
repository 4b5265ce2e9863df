import Tensors
import Threading

/// ONNX ArgMax: places of the greatest elements along an axis.
struct ArgMax: Operator {
    private let search: ExtremeSearch

    init(_ node: OperatorNode) throws(OperatorError) {
        search = try ExtremeSearch(node, isMaximum: true)
    }

    func run(_ inputs: OperatorInputs, _ context: OperatorContext) throws(OperatorError) -> [Tensor] {
        [try search.run(inputs, context)]
    }
}

/// ONNX ArgMin: places of the least elements along an axis.
struct ArgMin: Operator {
    private let search: ExtremeSearch

    init(_ node: OperatorNode) throws(OperatorError) {
        search = try ExtremeSearch(node, isMaximum: false)
    }

    func run(_ inputs: OperatorInputs, _ context: OperatorContext) throws(OperatorError) -> [Tensor] {
        [try search.run(inputs, context)]
    }
}

/// What ArgMax and ArgMin share.
private struct ExtremeSearch {
    let axis: Int
    let keepsAxis: Bool
    let selectsLast: Bool
    let isMaximum: Bool

    init(_ node: OperatorNode, isMaximum: Bool) throws(OperatorError) {
        axis = try node.attributes.int("axis", default: 0)
        keepsAxis = try node.attributes.flag("keepdims", default: true)
        selectsLast = try node.attributes.flag("select_last_index")
        self.isMaximum = isMaximum
    }

    func run(_ inputs: OperatorInputs, _ context: OperatorContext) throws(OperatorError) -> Tensor {
        let data = try inputs.tensor(0, "data", anyOf: ElementType.numbers)
        let axis = try data.shape.requiredAxis(axis)
        guard data.shape[axis] > 0 || data.elementCount > 0 else {
            throw .invalid("axis \(axis) of shape \(data.shape) has no greatest or least element")
        }
        let rows = data.cast(to: data.elementType.computeType, context).movingToEnd(axis).contiguous()
        let computation = Computation(search: self, rows: rows, context: context)
        let result = try data.elementType.dispatch(computation)
        return keepsAxis ? result.insertingAxis(axis) : result
    }

    private struct Computation: NumberComputation {
        let search: ExtremeSearch
        let rows: Tensor
        let context: OperatorContext

        func compute<T: Number>(_ type: T.Type) -> Tensor {
            let length = rows.shape[rows.rank - 1]
            let shape = Shape(rows.shape.dropLast())
            return .build(
                Int64.self, shape, rows: shape.elementCount, grain: 32_768 / max(1, length), on: context.pool
            ) { range, output in
                let span = rows.span(T.self)
                for row in range {
                    let place = search.place(in: span.extracting(row * length..<(row + 1) * length))
                    output[row - range.lowerBound] = Int64(place)
                }
            }
        }
    }

    /// The first NaN, if there is one, counts as the extreme.
    private func place<T: Number>(in row: Span<T>) -> Int {
        var best = row[0]
        var place = 0
        for index in 0..<row.count {
            let value = row[index]
            if best != best { break }
            let isBetter = isMaximum ? value > best : value < best
            if isBetter || value != value || (selectsLast && value == best) {
                best = value
                place = index
            }
        }
        return place
    }
}

extension Tensor {
    /// The same axes, but for one that becomes the last.
    func movingToEnd(_ axis: Int) -> Tensor {
        transposed((0..<rank).filter { $0 != axis } + [axis])
    }

    /// Undoes ``movingToEnd(_:)``.
    func movingFromEnd(to axis: Int) -> Tensor {
        var permutation = Array(0..<rank - 1)
        permutation.insert(rank - 1, at: axis)
        return transposed(permutation)
    }
}
