import Tensors

/// ONNX GatherElements: for each place of the indices, the element of the data at that place, with the
/// coordinate along the axis replaced by the index.
struct GatherElements: Operator {
    private let axis: Int

    init(_ node: OperatorNode) throws(OperatorError) {
        axis = try node.attributes.int("axis", default: 0)
    }

    init(axis: Int) {
        self.axis = axis
    }

    private struct Move: ElementMove {
        let data: Tensor
        let sources: [Int]
        let shape: Shape

        func move<Word: CastableElement>(_ type: Word.Type) -> Tensor {
            let source = data.span(Word.self)
            return .build(type, shape) { output in
                for place in 0..<output.count { output[place] = source[sources[place]] }
            }
        }
    }

    func run(_ inputs: OperatorInputs, _ context: OperatorContext) throws(OperatorError) -> [Tensor] {
        let data = try inputs.tensor(0, "data")
        let indices = try inputs.requiredIntegers(1, "indices")
        return [try gather(data, indices, try inputs.tensor(1, "indices").shape)]
    }

    func gather(_ data: Tensor, _ indices: [Int], _ shape: Shape) throws(OperatorError) -> Tensor {
        let sources = try data.shape.places(of: indices, shape, axis: data.shape.requiredAxis(axis))
        return try data.elementType.dispatch(Move(data: data.words, sources: sources, shape: shape))
    }
}

extension Shape {
    /// Places, in row-major order, that each index of GatherElements or ScatterElements points to.
    ///
    /// - Parameters:
    ///   - indices: one for each element of `indexShape`.
    ///   - indexShape: of this shape's rank, and no larger than it beside the axis.
    func places(
        of indices: [Int], _ indexShape: Shape, axis: Int
    ) throws(OperatorError) -> [Int] {
        let fits =
            indexShape.rank == rank
            && self.indices.allSatisfy { $0 == axis || indexShape[$0] <= self[$0] }
        guard fits else { throw .invalid("indices of shape \(indexShape) do not fit shape \(self)") }
        guard !indices.isEmpty else { return [] }
        var strides = rowMajorStrides
        let stride = strides[axis]
        strides[axis] = 0
        let nest = LoopNest(indexShape, strides: strides)
        var places = indices
        var runs = nest.runs(in: 0..<indices.count)
        while let run = runs.next() {
            for index in 0..<run.count {
                let place = run.start + index
                let along = try requiredIndex(indices[place], axis: axis)
                places[place] = run.offsets[0] + index * nest.steps[0] + along * stride
            }
        }
        return places
    }
}
