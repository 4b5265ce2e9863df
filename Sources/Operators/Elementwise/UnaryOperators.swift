import Kernels
import Tensors

// The operators are concrete types that conform to these protocols, rather than instances of a generic type:
// a generic type's `run`, called through the registry, would not be specialised.

/// An ONNX operator that applies a function to each number of a tensor.
protocol NumberUnary: Operator {
    static var types: [ElementType] { get }
    static func apply<T: Number>(_ x: T) -> T
    init()
}

extension NumberUnary {
    init(_ node: OperatorNode) { self.init() }

    func run(_ inputs: OperatorInputs, _ context: OperatorContext) throws(OperatorError) -> [Tensor] {
        let x = try inputs.tensor(0, "X", anyOf: Self.types)
        return [try Self.map(x, context)]
    }

    /// - Parameter x: of any type of numbers.
    static func map(_ x: Tensor, _ context: OperatorContext) throws(OperatorError) -> Tensor {
        let type = x.elementType
        let computation = UnaryComputation<Self>(x: x.cast(to: type.computeType, context), context: context)
        return try type.dispatch(computation).cast(to: type, context)
    }
}

private struct UnaryComputation<Function: NumberUnary>: NumberComputation {
    let x: Tensor
    let context: OperatorContext

    private struct Map<T: Number>: UnaryMap {
        @inline(__always) static func apply(_ x: T) -> T { Function.apply(x) }
    }

    func compute<T: Number>(_ type: T.Type) -> Tensor { Elementwise.map(Map<T>.self, x, context) }
}

/// An ONNX operator that applies a function to each real number; 16-bit types are computed in float.
protocol RealUnary: Operator {
    static var cost: Int { get }
    static func apply<T: RealNumber>(_ x: T) -> T
    /// All elements of a row. Functions on vectors override the scalar loop.
    static func row(_ x: Span<Float>, _ output: inout MutableSpan<Float>, _ kernels: KernelTable)
    init()
}

extension RealUnary {
    init(_ node: OperatorNode) { self.init() }

    /// That of most functions of the C library.
    static var cost: Int { 8 }

    @inline(__always)
    static func row(_ x: Span<Float>, _ output: inout MutableSpan<Float>, _ kernels: KernelTable) {
        for index in 0..<x.count { output[index] = apply(x[index]) }
    }

    func run(_ inputs: OperatorInputs, _ context: OperatorContext) throws(OperatorError) -> [Tensor] {
        [Self.map(try inputs.tensor(0, "X", anyOf: ElementType.floats), context)]
    }

    /// - Parameter x: of one of the floating-point types.
    static func map(_ x: Tensor, _ context: OperatorContext) -> Tensor {
        if x.elementType == .float64 { return Elementwise.map(RealDoubleMap<Self>.self, x, context) }
        let float = x.cast(to: .float32, context)
        return Elementwise.map(RealFloatMap<Self>.self, float, context).cast(to: x.elementType, context)
    }
}

private struct RealDoubleMap<Function: RealUnary>: UnaryMap {
    static var cost: Int { Function.cost }
    @inline(__always) static func apply(_ x: Double) -> Double { Function.apply(x) }
}

private struct RealFloatMap<Function: RealUnary>: UnaryMap {
    static var cost: Int { Function.cost }
    @inline(__always) static func apply(_ x: Float) -> Float { Function.apply(x) }

    @inline(__always)
    static func row(_ x: Span<Float>, _ output: inout MutableSpan<Float>, _ kernels: KernelTable) {
        Function.row(x, &output, kernels)
    }
}

// MARK: Operators on numbers

struct Abs: NumberUnary {
    static let types = ElementType.numbers
    @inline(__always) static func apply<T: Number>(_ x: T) -> T { T.absolute(x) }
}

struct Neg: NumberUnary {
    static let types = ElementType.signedNumbers
    @inline(__always) static func apply<T: Number>(_ x: T) -> T { T.negative(x) }
}

struct Relu: NumberUnary {
    static let types = ElementType.signedNumbers
    @inline(__always) static func apply<T: Number>(_ x: T) -> T { T.larger(x, 0) }
}

struct Sign: NumberUnary {
    static let types = ElementType.numbers
    @inline(__always) static func apply<T: Number>(_ x: T) -> T { T.sign(x) }
}

// MARK: Operators on real numbers

struct Ceil: RealUnary {
    static var cost: Int { 2 }
    @inline(__always) static func apply<T: RealNumber>(_ x: T) -> T { x.rounded(.up) }
}

struct Cos: RealUnary {
    @inline(__always) static func apply<T: RealNumber>(_ x: T) -> T { T.cosine(x) }
}

struct Erf: RealUnary {
    @inline(__always) static func apply<T: RealNumber>(_ x: T) -> T { T.errorFunction(x) }

    static func row(_ x: Span<Float>, _ output: inout MutableSpan<Float>, _ kernels: KernelTable) {
        kernels.apply(.erf, x, into: &output)
    }
}

struct Exp: RealUnary {
    @inline(__always) static func apply<T: RealNumber>(_ x: T) -> T { T.exponential(x) }

    static func row(_ x: Span<Float>, _ output: inout MutableSpan<Float>, _ kernels: KernelTable) {
        kernels.apply(.exp, x, into: &output)
    }
}

struct Floor: RealUnary {
    static var cost: Int { 2 }
    @inline(__always) static func apply<T: RealNumber>(_ x: T) -> T { x.rounded(.down) }
}

struct Log: RealUnary {
    @inline(__always) static func apply<T: RealNumber>(_ x: T) -> T { T.logarithm(x) }
}

struct Reciprocal: RealUnary {
    static var cost: Int { 2 }
    @inline(__always) static func apply<T: RealNumber>(_ x: T) -> T { 1 / x }
}

/// Halves go to the even neighbour.
struct Round: RealUnary {
    static var cost: Int { 2 }
    @inline(__always) static func apply<T: RealNumber>(_ x: T) -> T { x.rounded(.toNearestOrEven) }
}

struct Sigmoid: RealUnary {
    @inline(__always) static func apply<T: RealNumber>(_ x: T) -> T { 1 / (1 + T.exponential(-x)) }

    static func row(_ x: Span<Float>, _ output: inout MutableSpan<Float>, _ kernels: KernelTable) {
        kernels.apply(.sigmoid, x, into: &output)
    }
}

struct Sin: RealUnary {
    @inline(__always) static func apply<T: RealNumber>(_ x: T) -> T { T.sine(x) }
}

struct Sqrt: RealUnary {
    static var cost: Int { 2 }
    @inline(__always) static func apply<T: RealNumber>(_ x: T) -> T { x.squareRoot() }
}

struct Tanh: RealUnary {
    static var cost: Int { 16 }
    @inline(__always) static func apply<T: RealNumber>(_ x: T) -> T { T.hyperbolicTangent(x) }

    static func row(_ x: Span<Float>, _ output: inout MutableSpan<Float>, _ kernels: KernelTable) {
        output.writeVectors(from: x) { tanh($0) }
    }
}
