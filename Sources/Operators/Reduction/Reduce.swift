import Tensors

/// How a Reduce operator makes one number of many.
protocol ReduceFunction: SendableMetatype {
    static var types: [ElementType] { get }
    /// Whether integers are converted to double and back.
    static var needsReals: Bool { get }
    /// The result for no elements, where the compute type's own would not fit a narrow type.
    static func ofNothing(_ type: ElementType) -> Int64?
    /// Reduces the last axis of a tensor of compute type and drops it.
    static func reduce(_ input: Tensor, _ context: OperatorContext) throws(OperatorError) -> Tensor
}

extension ReduceFunction {
    static var types: [ElementType] { ElementType.numbers }
    static var needsReals: Bool { false }
    static func ofNothing(_ type: ElementType) -> Int64? { nil }
}

/// An ONNX operator that reduces some axes, all by default. The axes are an attribute, or an input since
/// opset 13 (ReduceSum) and 18 (the others).
struct Reduce<Function: ReduceFunction>: Operator {
    private let axes: [Int]?
    private let keepsAxes: Bool
    private let passesWithoutAxes: Bool

    init(_ node: OperatorNode) throws(OperatorError) {
        axes = try node.attributes.ints("axes")
        keepsAxes = try node.attributes.flag("keepdims", default: true)
        passesWithoutAxes = try node.attributes.flag("noop_with_empty_axes")
    }

    func run(_ inputs: OperatorInputs, _ context: OperatorContext) throws(OperatorError) -> [Tensor] {
        let data = try inputs.tensor(0, "data", anyOf: Function.types)
        var axes = try inputs.integers(1, "axes") ?? axes ?? []
        if axes.isEmpty {
            if passesWithoutAxes { return [data] }
            axes = Array(0..<data.rank)
        }
        let isReduced = try data.shape.mask(ofAxes: axes)
        let type = data.elementType
        let isWidened = Function.needsReals && !type.isFloatingPoint
        let input = data.cast(to: isWidened ? .float64 : type.computeType, context)
        let rows = try input.withLastAxis(combining: isReduced)
        let reduced: Tensor
        if rows.shape[rows.rank - 1] == 0, let value = Function.ofNothing(type) {
            reduced = Tensor(repeating: value, shape: Shape(rows.shape.dropLast()))
        } else {
            reduced = try Function.reduce(rows, context)
        }
        let shape =
            keepsAxes
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
        let length = combined.reduce(1) { $0 * shape[$1] }
        let dimensions = kept.map { shape[$0] } + [length]
        return transposed(kept + combined).reshaped(try .result(dimensions))
    }
}

// MARK: Functions

private enum Itself: NumberFunction {
    static let types = ElementType.numbers
    @inline(__always) static func apply<T: Number>(_ x: T) -> T { x }
}

enum Square: NumberFunction {
    static let types = ElementType.numbers
    @inline(__always) static func apply<T: Number>(_ x: T) -> T { T.product(x, x) }
}

enum ReduceSum: ReduceFunction {
    static func reduce(_ input: Tensor, _ context: OperatorContext) throws(OperatorError) -> Tensor {
        try RowFold<Add, Itself>.lastAxis(of: input, from: .zero, context)
    }
}

enum ReduceMean: ReduceFunction {
    static func reduce(_ input: Tensor, _ context: OperatorContext) throws(OperatorError) -> Tensor {
        try RowFold<Add, Itself>.lastAxis(of: input, from: .zero, isMean: true, context)
    }
}

enum ReduceProd: ReduceFunction {
    static func reduce(_ input: Tensor, _ context: OperatorContext) throws(OperatorError) -> Tensor {
        try RowFold<Mul, Itself>.lastAxis(of: input, from: .one, context)
    }
}

enum ReduceSumSquare: ReduceFunction {
    static func reduce(_ input: Tensor, _ context: OperatorContext) throws(OperatorError) -> Tensor {
        try RowFold<Add, Square>.lastAxis(of: input, from: .zero, context)
    }
}

enum ReduceL1: ReduceFunction {
    static func reduce(_ input: Tensor, _ context: OperatorContext) throws(OperatorError) -> Tensor {
        try RowFold<Add, Abs>.lastAxis(of: input, from: .zero, context)
    }
}

enum ReduceL2: ReduceFunction {
    static var needsReals: Bool { true }

    static func reduce(_ input: Tensor, _ context: OperatorContext) throws(OperatorError) -> Tensor {
        try RealUnary<Sqrt>.map(ReduceSumSquare.reduce(input, context), context)
    }
}

enum ReduceLogSum: ReduceFunction {
    static var needsReals: Bool { true }

    static func reduce(_ input: Tensor, _ context: OperatorContext) throws(OperatorError) -> Tensor {
        try RealUnary<Log>.map(ReduceSum.reduce(input, context), context)
    }
}

enum ReduceLogSumExp: ReduceFunction {
    static var needsReals: Bool { true }

    static func reduce(_ input: Tensor, _ context: OperatorContext) throws(OperatorError) -> Tensor {
        // Relative to the greatest term nothing overflows; an infinite one may not be subtracted from itself.
        let limit = Tensor(scalar: Float.greatestFiniteMagnitude).cast(to: input.elementType, context)
        let lower = Tensor(scalar: -Float.greatestFiniteMagnitude).cast(to: input.elementType, context)
        let greatest = try RowFold<Max, Itself>.lastAxis(of: input, from: .lowest, context)
        let shift = try Max.apply(Min.apply(greatest, limit, context), lower, context)
        let terms = try RealUnary<Exp>.map(
            Sub.apply(input, shift.insertingAxis(shift.rank), context), context)
        let sum = try ReduceSum.reduce(terms, context)
        return try Add.apply(RealUnary<Log>.map(sum, context), shift, context)
    }
}

enum ReduceMax: ReduceFunction {
    static let types = ElementType.all

    static func ofNothing(_ type: ElementType) -> Int64? { type.narrowBounds?.lowerBound }

    static func reduce(_ input: Tensor, _ context: OperatorContext) throws(OperatorError) -> Tensor {
        try RowFold<Max, Itself>.lastAxis(of: input, from: .lowest, context)
    }
}

enum ReduceMin: ReduceFunction {
    static let types = ElementType.all

    static func ofNothing(_ type: ElementType) -> Int64? { type.narrowBounds?.upperBound }

    static func reduce(_ input: Tensor, _ context: OperatorContext) throws(OperatorError) -> Tensor {
        try RowFold<Min, Itself>.lastAxis(of: input, from: .highest, context)
    }
}
