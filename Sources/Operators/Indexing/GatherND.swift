import Tensors

/// ONNX GatherND: slices of the data, each at the coordinates that a row of the indices holds.
struct GatherND: Operator {
    private let batchAxes: Int

    init(_ node: OperatorNode) throws(OperatorError) {
        batchAxes = try node.attributes.int("batch_dims", default: 0)
        guard batchAxes >= 0 else { throw .attribute(name: "batch_dims", reason: "is negative") }
    }

    private struct Move: ElementMove {
        let data: Tensor
        let blocks: IndexedBlocks

        func move<Word: CastableElement>(_ type: Word.Type) -> Tensor {
            let source = data.span(Word.self)
            return .build(type, blocks.shape) { output in
                for (block, place) in blocks.places.enumerated() {
                    output.copy(source.extracting(place..<place + blocks.length), at: block * blocks.length)
                }
            }
        }
    }

    func run(_ inputs: OperatorInputs, _ context: OperatorContext) throws(OperatorError) -> [Tensor] {
        let data = try inputs.tensor(0, "data")
        let blocks = try IndexedBlocks(data.shape, inputs, batchAxes: batchAxes)
        return [try data.elementType.dispatch(Move(data: data.words, blocks: blocks))]
    }
}

/// The slices that the second input of GatherND and ScatterND points to.
struct IndexedBlocks {
    /// Of each slice's first element, in row-major order.
    let places: [Int]
    /// Elements of a slice.
    let length: Int
    /// All slices together.
    let shape: Shape

    /// - Parameter batchAxes: leading axes that data and indices share.
    init(_ data: Shape, _ inputs: OperatorInputs, batchAxes: Int) throws(OperatorError) {
        let indexShape = try inputs.tensor(1, "indices").shape
        let indices = try inputs.requiredIntegers(1, "indices")
        guard let depth = indexShape.last, batchAxes < indexShape.rank, depth <= data.rank - batchAxes,
            data.dimensions[..<batchAxes] == indexShape.dimensions[..<batchAxes]
        else { throw .invalid("indices of shape \(indexShape) do not fit shape \(data)") }
        let sliceAxes = data[(batchAxes + depth)...]
        shape = try .result(indexShape.dimensions.dropLast() + sliceAxes)
        length = sliceAxes.reduce(1, *)

        let strides = data.rowMajorStrides
        let batchLength = data[batchAxes...].reduce(1, *)
        let rows = try Shape.result(indexShape.dimensions.dropLast()).elementCount
        let batches = indexShape[..<batchAxes].reduce(1, *)
        let rowsPerBatch = batches == 0 ? 0 : rows / batches
        var places: [Int] = []
        places.reserveCapacity(rows)
        for row in 0..<rows {
            var place = row / rowsPerBatch * batchLength
            for position in 0..<depth {
                let axis = batchAxes + position
                place += try data.requiredIndex(indices[row * depth + position], axis: axis) * strides[axis]
            }
            places.append(place)
        }
        self.places = places
    }
}
