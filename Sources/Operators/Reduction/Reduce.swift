import Tensors

/// An ONNX operator that reduces some axes, all by default.
protocol Reduce: Operator {
    static var types: [ElementType] { get }
    /// Whether integers are converted to double and back.
    static var needsReals: Bool { get }
    /// The result for no elements, where the compute type's own would not fit a narrow type.
    static func ofNothing(_ type: ElementType) -> Int64?
    /// Reduces the last axis of a tensor of compute type and drops it.
    static func reduce(_ input: Tensor, _ context: OperatorContext) throws(OperatorError) -> Tensor
    var attributes: ReduceAttributes { get }
    init(attributes: ReduceAttributes)
}

/// The attributes that all Reduce operators have. The axes are an input since opset 13 (ReduceSum) and 18
/// (the others).
struct ReduceAttributes {
    let axes: [Int]?
    let keepsAxes: Bool
    let passesWithoutAxes: Bool

    init(_ node: OperatorNode) throws(OperatorError) {
        axes = try node.attributes.ints("axes")
        keepsAxes = try node.attributes.flag("keepdims", default: true)
        passesWithoutAxes = try node.attributes.flag("noop_with_empty_axes")
    }
}

extension Reduce {
    static var types: [ElementType] { ElementType.numbers }
    static var needsReals: Bool { false }
    static func ofNothing(_ type: ElementType) -> Int64? { nil }

    init(_ node: OperatorNode) throws(OperatorError) {
        self.init(attributes: try ReduceAttributes(node))
    }

    func run(_ inputs: OperatorInputs, _ context: OperatorContext) throws(OperatorError) -> [Tensor] {
        let data = try inputs.tensor(0, "data", anyOf: Self.types)
        var axes = try inputs.integers(1, "axes") ?? attributes.axes ?? []
        if axes.isEmpty {
            if attributes.passesWithoutAxes { return [data] }
            axes = Array(0..<data.rank)
        }
        let isReduced = try data.shape.mask(ofAxes: axes)
        let type = data.elementType
        let isWidened = Self.needsReals && !type.isFloatingPoint
        let input = data.cast(to: isWidened ? .float64 : type.computeType, context)
        let rows = try input.withLastAxis(combining: isReduced)
        let reduced: Tensor
        if rows.shape[rows.rank - 1] == 0, let value = Self.ofNothing(type) {
            reduced = Tensor(repeating: value, shape: Shape(rows.shape.dropLast()))
        } else {
            reduced = try Self.reduce(rows, context)
        }
        let shape =
            attributes.keepsAxes
            ? Shape(isReduced.indices.map { isReduced[$0] ? 1 : data.shape[$0] })
            : Shape(isReduced.indices.filter { !isReduced[$0] }.map { data.shape[$0] })
        return [reduced.cast(to: type, context).reshaped(shape)]
    }
}

extension Tensor {
    /// With the marked axes combined to one, which becomes the last.
    func withLastAxis(combining isCombined: [Bool]) throws(OperatorError) -> Tensor {
        let kept = isCombined.indices.filter { !isCombined[$0] }
        let combined = isCombined.indices.filter { isCombined[$0] }
        if combined == [rank - 1] { return self }
        let length = combined.reduce(1) { $0 * shape[$1] }
        let dimensions = kept.map { shape[$0] } + [length]
        return transposed(kept + combined).reshaped(try .result(dimensions))
    }
}

// MARK: Operators

private struct Itself: NumberUnary {
    static let types = ElementType.numbers
    @inline(__always) static func apply<T: Number>(_ x: T) -> T { x }
}

struct Square: NumberUnary {
    static let types = ElementType.numbers
    @inline(__always) static func apply<T: Number>(_ x: T) -> T { T.product(x, x) }
}

struct ReduceSum: Reduce {
    let attributes: ReduceAttributes

    static func reduce(_ input: Tensor, _ context: OperatorContext) throws(OperatorError) -> Tensor {
        try RowFold<Add, Itself>.lastAxis(of: input, from: .zero, context)
    }
}

struct ReduceMean: Reduce {
    let attributes: ReduceAttributes

    static func reduce(_ input: Tensor, _ context: OperatorContext) throws(OperatorError) -> Tensor {
        try RowFold<Add, Itself>.lastAxis(of: input, from: .zero, isMean: true, context)
    }
}

struct ReduceProd: Reduce {
    let attributes: ReduceAttributes

    static func reduce(_ input: Tensor, _ context: OperatorContext) throws(OperatorError) -> Tensor {
        try RowFold<Mul, Itself>.lastAxis(of: input, from: .one, context)
    }
}

struct ReduceSumSquare: Reduce {
    let attributes: ReduceAttributes

    static func reduce(_ input: Tensor, _ context: OperatorContext) throws(OperatorError) -> Tensor {
        try RowFold<Add, Square>.lastAxis(of: input, from: .zero, context)
    }
}

struct ReduceL1: Reduce {
    let attributes: ReduceAttributes

    static func reduce(_ input: Tensor, _ context: OperatorContext) throws(OperatorError) -> Tensor {
        try RowFold<Add, Abs>.lastAxis(of: input, from: .zero, context)
    }
}

struct ReduceL2: Reduce {
    let attributes: ReduceAttributes

    static var needsReals: Bool { true }

    static func reduce(_ input: Tensor, _ context: OperatorContext) throws(OperatorError) -> Tensor {
        try Sqrt.map(ReduceSumSquare.reduce(input, context), context)
    }
}

struct ReduceLogSum: Reduce {
    let attributes: ReduceAttributes

    static var needsReals: Bool { true }

    static func reduce(_ input: Tensor, _ context: OperatorContext) throws(OperatorError) -> Tensor {
        try Log.map(ReduceSum.reduce(input, context), context)
    }
}

struct ReduceLogSumExp: Reduce {
    let attributes: ReduceAttributes

    static var needsReals: Bool { true }

    static func reduce(_ input: Tensor, _ context: OperatorContext) throws(OperatorError) -> Tensor {
        // Relative to the greatest term nothing overflows; an infinite one may not be subtracted from itself.
        let limit = Tensor(scalar: Float.greatestFiniteMagnitude).cast(to: input.elementType, context)
        let lower = Tensor(scalar: -Float.greatestFiniteMagnitude).cast(to: input.elementType, context)
        let greatest = try RowFold<Max, Itself>.lastAxis(of: input, from: .lowest, context)
        let shift = try Max.apply(Min.apply(greatest, limit, context), lower, context)
        let terms = try Exp.map(
            Sub.apply(input, shift.insertingAxis(shift.rank), context), context)
        let sum = try ReduceSum.reduce(terms, context)
        return try Add.apply(Log.map(sum, context), shift, context)
    }
}

struct ReduceMax: Reduce {
    let attributes: ReduceAttributes

    static let types = ElementType.all

    static func ofNothing(_ type: ElementType) -> Int64? { type.narrowBounds?.lowerBound }

    static func reduce(_ input: Tensor, _ context: OperatorContext) throws(OperatorError) -> Tensor {
        try RowFold<Max, Itself>.lastAxis(of: input, from: .lowest, context)
    }
}

struct ReduceMin: Reduce {
    let attributes: ReduceAttributes

    static let types = ElementType.all

    static func ofNothing(_ type: ElementType) -> Int64? { type.narrowBounds?.upperBound }

    static func reduce(_ input: Tensor, _ context: OperatorContext) throws(OperatorError) -> Tensor {
        try RowFold<Min, Itself>.lastAxis(of: input, from: .highest, context)
    }
}
