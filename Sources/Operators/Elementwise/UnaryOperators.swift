import Kernels
import Tensors

/// A function of one number, for all types of numbers.
protocol NumberFunction: SendableMetatype {
    static var types: [ElementType] { get }
    static func apply<T: Number>(_ x: T) -> T
}

/// An ONNX operator that applies a ``NumberFunction`` to each element.
struct NumberUnary<Function: NumberFunction>: Operator {
    init(_ node: OperatorNode) {}

    private struct Map<T: Number>: UnaryMap {
        @inline(__always) static func apply(_ x: T) -> T { Function.apply(x) }
    }

    private struct Computation: NumberComputation {
        let x: Tensor
        let context: OperatorContext

        func compute<T: Number>(_ type: T.Type) -> Tensor { Elementwise.map(Map<T>.self, x, context) }
    }

    func run(_ inputs: OperatorInputs, _ context: OperatorContext) throws(OperatorError) -> [Tensor] {
        let type = try inputs.tensor(0, "X", anyOf: Function.types).elementType
        let x = try inputs.tensor(0, "X").cast(to: type.computeType, context)
        return [try type.dispatch(Computation(x: x, context: context)).cast(to: type, context)]
    }
}

/// A function of one real number.
protocol RealFunction: SendableMetatype {
    static var cost: Int { get }
    static func apply<T: RealNumber>(_ x: T) -> T
    /// All elements of a row. Functions with a vector kernel override the scalar loop.
    static func row(_ x: Span<Float>, _ output: inout MutableSpan<Float>, _ kernels: KernelTable)
}

extension RealFunction {
    /// That of most functions of the C library.
    static var cost: Int { 8 }

    @inline(__always)
    static func row(_ x: Span<Float>, _ output: inout MutableSpan<Float>, _ kernels: KernelTable) {
        for index in 0..<x.count { output[index] = apply(x[index]) }
    }
}

/// An ONNX operator that applies a ``RealFunction`` to each element; 16-bit types are computed in float.
struct RealUnary<Function: RealFunction>: Operator {
    init(_ node: OperatorNode) {}

    private struct DoubleMap: UnaryMap {
        static var cost: Int { Function.cost }
        @inline(__always) static func apply(_ x: Double) -> Double { Function.apply(x) }
    }

    private struct FloatMap: UnaryMap {
        static var cost: Int { Function.cost }
        @inline(__always) static func apply(_ x: Float) -> Float { Function.apply(x) }

        @inline(__always)
        static func row(_ x: Span<Float>, _ output: inout MutableSpan<Float>, _ kernels: KernelTable) {
            Function.row(x, &output, kernels)
        }
    }

    func run(_ inputs: OperatorInputs, _ context: OperatorContext) throws(OperatorError) -> [Tensor] {
        let x = try inputs.tensor(0, "X", anyOf: ElementType.floats)
        return [Self.map(x, context)]
    }

    /// - Parameter x: of one of the floating-point types.
    static func map(_ x: Tensor, _ context: OperatorContext) -> Tensor {
        if x.elementType == .float64 { return Elementwise.map(DoubleMap.self, x, context) }
        let float = x.cast(to: .float32, context)
        return Elementwise.map(FloatMap.self, float, context).cast(to: x.elementType, context)
    }
}

// MARK: Operators on numbers

enum Abs: NumberFunction {
    static let types = ElementType.numbers
    @inline(__always) static func apply<T: Number>(_ x: T) -> T { T.absolute(x) }
}

enum Neg: NumberFunction {
    static let types = ElementType.signedNumbers
    @inline(__always) static func apply<T: Number>(_ x: T) -> T { T.negative(x) }
}

enum Relu: NumberFunction {
    static let types = ElementType.signedNumbers
    @inline(__always) static func apply<T: Number>(_ x: T) -> T { T.larger(x, 0) }
}

enum Sign: NumberFunction {
    static let types = ElementType.numbers
    @inline(__always) static func apply<T: Number>(_ x: T) -> T { T.sign(x) }
}

// MARK: Operators on real numbers

enum Ceil: RealFunction {
    static var cost: Int { 2 }
    @inline(__always) static func apply<T: RealNumber>(_ x: T) -> T { x.rounded(.up) }
}

enum Cos: RealFunction {
    @inline(__always) static func apply<T: RealNumber>(_ x: T) -> T { T.cosine(x) }
}

enum Erf: RealFunction {
    @inline(__always) static func apply<T: RealNumber>(_ x: T) -> T { T.errorFunction(x) }
}

enum Exp: RealFunction {
    @inline(__always) static func apply<T: RealNumber>(_ x: T) -> T { T.exponential(x) }
}

enum Floor: RealFunction {
    static var cost: Int { 2 }
    @inline(__always) static func apply<T: RealNumber>(_ x: T) -> T { x.rounded(.down) }
}

enum Log: RealFunction {
    @inline(__always) static func apply<T: RealNumber>(_ x: T) -> T { T.logarithm(x) }
}

enum Reciprocal: RealFunction {
    static var cost: Int { 2 }
    @inline(__always) static func apply<T: RealNumber>(_ x: T) -> T { 1 / x }
}

/// Halves go to the even neighbour.
enum Round: RealFunction {
    static var cost: Int { 2 }
    @inline(__always) static func apply<T: RealNumber>(_ x: T) -> T { x.rounded(.toNearestOrEven) }
}

enum Sigmoid: RealFunction {
    @inline(__always) static func apply<T: RealNumber>(_ x: T) -> T { 1 / (1 + T.exponential(-x)) }
}

enum Sin: RealFunction {
    @inline(__always) static func apply<T: RealNumber>(_ x: T) -> T { T.sine(x) }
}

enum Sqrt: RealFunction {
    static var cost: Int { 2 }
    @inline(__always) static func apply<T: RealNumber>(_ x: T) -> T { x.squareRoot() }
}

enum Tanh: RealFunction {
    static var cost: Int { 16 }
    @inline(__always) static func apply<T: RealNumber>(_ x: T) -> T { T.hyperbolicTangent(x) }
}
