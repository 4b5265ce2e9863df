import Tensors

/// ONNX TopK: the greatest or least elements along an axis and their places, in order; of equal ones those
/// of lower place come first. `k` is an input (since opset 10) or attribute.
struct TopK: Operator {
    private let axis: Int
    private let k: Int?
    private let isLargest: Bool

    init(_ node: OperatorNode) throws(OperatorError) {
        axis = try node.attributes.int("axis", default: -1)
        k = try node.attributes.int("k")
        isLargest = try node.attributes.flag("largest", default: true)
    }

    private struct Computation: NumberComputation {
        let rows: Tensor
        let k: Int
        let isLargest: Bool

        /// The places; the values are gathered by them.
        func compute<T: Number>(_ type: T.Type) -> Tensor {
            let length = rows.shape[rows.rank - 1]
            let source = rows.array(T.self)
            let shape = Shape(rows.shape.dropLast() + [k])
            return .build(Int64.self, shape) { output in
                guard k > 0 else { return }
                for row in 0..<output.count / k {
                    let places = (row * length..<(row + 1) * length).sorted { left, right in
                        let (a, b) = (source[left], source[right])
                        if a == b { return left < right }
                        // NaN counts as the greatest.
                        let isGreater = a > b || (a != a && b == b)
                        let isLess = a < b || (b != b && a == a)
                        return isLargest ? isGreater : isLess
                    }
                    for index in 0..<k { output[row * k + index] = Int64(places[index] - row * length) }
                }
            }
        }
    }

    func run(_ inputs: OperatorInputs, _ context: OperatorContext) throws(OperatorError) -> [Tensor] {
        let x = try inputs.tensor(0, "X", anyOf: ElementType.numbers)
        let axis = try x.shape.requiredAxis(axis)
        guard let k = try inputs.integer(1, "K") ?? k else { throw .missingInput(name: "K") }
        guard k >= 0, k <= x.shape[axis] else {
            throw .invalid("k is \(k), but axis \(axis) of shape \(x.shape) has fewer elements")
        }
        let rows = x.cast(to: x.elementType.computeType, context).movingToEnd(axis).contiguous()
        let computation = Computation(rows: rows, k: k, isLargest: isLargest)
        let places = try x.elementType.dispatch(computation).movingFromEnd(to: axis)
        let indices = places.array(Int64.self).map { Int($0) }
        let values = try GatherElements(axis: axis).gather(x, indices, places.shape)
        return [values, places]
    }
}
