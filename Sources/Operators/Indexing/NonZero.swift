import Tensors

/// ONNX NonZero: coordinates of the elements that are not zero, one row for each axis.
struct NonZero: Operator {
    init(_ node: OperatorNode) {}

    func run(_ inputs: OperatorInputs, _ context: OperatorContext) throws(OperatorError) -> [Tensor] {
        let input = try inputs.tensor(0, "X")
        let truth = input.cast(to: .bool, context).contiguous().reinterpreted(as: .uint8)
        let span = truth.span(UInt8.self)
        let places = (0..<span.count).filter { span[$0] != 0 }
        let strides = input.shape.rowMajorStrides
        let shape = try Shape.result([input.rank, places.count])
        return [
            Tensor.build(Int64.self, shape) { output in
                for axis in 0..<input.rank {
                    for (index, place) in places.enumerated() {
                        let coordinate = place / strides[axis] % input.shape[axis]
                        output[axis * places.count + index] = Int64(coordinate)
                    }
                }
            }
        ]
    }
}

/// ONNX OneHot: a new axis of length `depth` that holds `values[1]` at each index and `values[0]` elsewhere;
/// indices out of range have none.
struct OneHot: Operator {
    private let axis: Int

    init(_ node: OperatorNode) throws(OperatorError) {
        axis = try node.attributes.int("axis", default: -1)
    }

    private struct Move: ElementMove {
        let shape: Shape
        let values: Tensor
        let indices: [Int64]
        let inner: Int
        let depth: Int

        func move<Word: CastableElement>(_ type: Word.Type) -> Tensor {
            let values = values.span(Word.self)
            return .build(type, shape) { output in
                for place in 0..<output.count { output[place] = values[0] }
                for (position, index) in indices.enumerated() {
                    let wrapped = index < 0 ? Int(index) + depth : Int(index)
                    guard wrapped >= 0, wrapped < depth else { continue }
                    let (block, column) = position.quotientAndRemainder(dividingBy: inner)
                    output[(block * depth + wrapped) * inner + column] = values[1]
                }
            }
        }
    }

    func run(_ inputs: OperatorInputs, _ context: OperatorContext) throws(OperatorError) -> [Tensor] {
        let indices = try inputs.tensor(0, "indices", anyOf: ElementType.numbers)
        let depthInput = try inputs.tensor(1, "depth", anyOf: ElementType.numbers)
        let values = try inputs.tensor(2, "values")
        guard depthInput.elementCount == 1, values.elementCount == 2 else {
            throw .invalid("depth must hold one value and values two")
        }
        let depth = Int(depthInput.cast(to: .int64, context).array(Int64.self)[0])
        var dimensions = indices.shape.dimensions
        let place = axis < 0 ? axis + dimensions.count + 1 : axis
        guard (0...dimensions.count).contains(place) else { throw .invalid("axis \(axis) is out of range") }
        let inner = dimensions[place...].reduce(1, *)
        dimensions.insert(depth, at: place)
        let move = Move(
            shape: try .result(dimensions), values: values.words,
            indices: indices.cast(to: .int64, context).array(Int64.self), inner: inner, depth: depth)
        return [try values.elementType.dispatch(move)]
    }
}
