import Tensors

/// ONNX ScatterElements (and its older name Scatter): the data with elements replaced by updates, or combined
/// with them as `reduction` says.
struct ScatterElements: Operator {
    private let axis: Int
    private let reduction: ScatterReduction

    init(_ node: OperatorNode) throws(OperatorError) {
        axis = try node.attributes.int("axis", default: 0)
        reduction = try ScatterReduction(node)
    }

    func run(_ inputs: OperatorInputs, _ context: OperatorContext) throws(OperatorError) -> [Tensor] {
        let data = try inputs.tensor(0, "data")
        let indices = try inputs.tensor(1, "indices")
        let updates = try inputs.tensor(2, "updates", like: data)
        guard updates.shape == indices.shape else {
            throw .invalid("updates of shape \(updates.shape) for indices of shape \(indices.shape)")
        }
        let axis = try data.shape.requiredAxis(axis)
        let blockAxes = Self.blockAxes(indices, of: data.shape, behind: axis)
        let blockLength = data.shape.indices[blockAxes].reduce(1) { $0 * data.shape[$1] }
        let first = blockAxes.reduce(indices) { $0.sliced(axis: $1, start: 0, count: 1) }
        let blocks = Shape(data.shape.indices.map { blockAxes.contains($0) ? 1 : data.shape[$0] })
        let places = try blocks.places(
            of: OperatorInputs([first]).requiredIntegers(0, "indices"), first.shape, axis: axis)
        return [
            try reduction.scatter(
                updates, over: data, places.map { $0 * blockLength }, blockLength: blockLength, context)
        ]
    }

    /// The last axes along which all indices are the same, as `Expand` leaves them: what lies along these is moved as
    /// a whole.
    private static func blockAxes(_ indices: Tensor, of data: Shape, behind axis: Int) -> Range<Int> {
        guard indices.rank == data.rank, indices.elementCount > 0 else { return data.rank..<data.rank }
        var first = data.rank
        while first > axis + 1, indices.strides[first - 1] == 0, indices.shape[first - 1] == data[first - 1] {
            first -= 1
        }
        return first..<data.rank
    }
}

/// ONNX ScatterND: the data with slices replaced by updates, or combined with them as `reduction` says.
struct ScatterND: Operator {
    private let reduction: ScatterReduction

    init(_ node: OperatorNode) throws(OperatorError) {
        reduction = try ScatterReduction(node)
    }

    func run(_ inputs: OperatorInputs, _ context: OperatorContext) throws(OperatorError) -> [Tensor] {
        let data = try inputs.tensor(0, "data")
        let updates = try inputs.tensor(2, "updates", like: data)
        let blocks = try IndexedBlocks(data.shape, inputs, batchAxes: 0)
        guard updates.shape == blocks.shape else {
            throw .invalid("updates of shape \(updates.shape), expected \(blocks.shape)")
        }
        return [
            try reduction.scatter(
                updates, over: data, blocks.places, blockLength: blocks.length, context)
        ]
    }
}

/// How ScatterElements and ScatterND combine an update with what is there.
struct ScatterReduction {
    private enum Kind: String {
        case none, add, mul, max, min
    }

    private let kind: Kind

    init(_ node: OperatorNode) throws(OperatorError) {
        let name = try node.attributes.string("reduction") ?? Kind.none.rawValue
        guard let kind = Kind(rawValue: name) else {
            throw .attribute(name: "reduction", reason: "is \(name), which is unknown")
        }
        self.kind = kind
    }

    /// - Parameters:
    ///   - places: of the first element of each block in the data, in row-major order.
    ///   - blockLength: neighbouring elements that a place stands for.
    func scatter(
        _ updates: Tensor, over data: Tensor, _ places: [Int], blockLength: Int, _ context: OperatorContext
    ) throws(OperatorError) -> Tensor {
        let type = data.elementType
        switch kind {
        case .none:
            return try type.dispatch(
                Replacement(data: data.words, updates: updates.words, places: places, length: blockLength))
        case .add: return try combined(Add.self, updates, data, places, blockLength, context)
        case .mul: return try combined(Mul.self, updates, data, places, blockLength, context)
        case .max: return try combined(Max.self, updates, data, places, blockLength, context)
        case .min: return try combined(Min.self, updates, data, places, blockLength, context)
        }
    }

    private func combined<Function: ArithmeticFunction>(
        _ function: Function.Type, _ updates: Tensor, _ data: Tensor, _ places: [Int], _ length: Int,
        _ context: OperatorContext
    ) throws(OperatorError) -> Tensor {
        let type = data.elementType
        let combination = Combination<Function>(
            data: data.cast(to: type.computeType, context).contiguous(),
            updates: updates.cast(to: type.computeType, context).contiguous(),
            places: places, length: length)
        return try type.dispatch(combination).cast(to: type, context)
    }

    private struct Replacement: ElementMove {
        let data: Tensor
        let updates: Tensor
        let places: [Int]
        let length: Int

        func move<Word: CastableElement>(_ type: Word.Type) -> Tensor {
            let source = updates.span(Word.self)
            return .build(type, data.shape) { output in
                output.copy(data.span(Word.self))
                for (block, place) in places.enumerated() {
                    output.copy(source.extracting(block * length..<(block + 1) * length), at: place)
                }
            }
        }
    }

    private struct Combination<Function: ArithmeticFunction>: NumberComputation {
        let data: Tensor
        let updates: Tensor
        let places: [Int]
        let length: Int

        func compute<T: Number>(_ type: T.Type) -> Tensor {
            let source = updates.span(T.self)
            return .build(type, data.shape) { output in
                output.copy(data.span(T.self))
                for (block, place) in places.enumerated() {
                    for index in 0..<length {
                        let update = source[block * length + index]
                        output[place + index] = Function.apply(output[place + index], update)
                    }
                }
            }
        }
    }
}
