import Tensors

/// A function of two numbers of one type.
protocol ArithmeticFunction: SendableMetatype {
    /// Whether integers have no result for a second operand of zero.
    static var divides: Bool { get }
    static var cost: Int { get }
    static func apply<T: Number>(_ a: T, _ b: T) -> T
}

extension ArithmeticFunction {
    static var divides: Bool { false }
    static var cost: Int { 1 }

    /// Applies the function to two tensors of the same type with broadcasting.
    static func apply(
        _ a: Tensor, _ b: Tensor, _ context: OperatorContext
    ) throws(OperatorError) -> Tensor {
        let type = a.elementType
        let a = a.cast(to: type.computeType, context)
        let b = b.cast(to: type.computeType, context)
        if divides && !type.isFloatingPoint && b.containsZero(context) {
            throw .invalid("integer division by zero")
        }
        let computation = ArithmeticComputation<Self>(a: a, b: b, context: context)
        return try type.dispatch(computation).cast(to: type, context)
    }
}

private struct ArithmeticMap<Function: ArithmeticFunction, T: Number>: BinaryMap {
    static var cost: Int { Function.cost }
    @inline(__always) static func apply(_ a: T, _ b: T) -> T { Function.apply(a, b) }
}

private struct ArithmeticComputation<Function: ArithmeticFunction>: NumberComputation {
    let a: Tensor
    let b: Tensor
    let context: OperatorContext

    func compute<T: Number>(_ type: T.Type) throws(OperatorError) -> Tensor {
        try Elementwise.map(ArithmeticMap<Function, T>.self, a, b, context)
    }
}

extension Tensor {
    /// Whether an element is zero.
    func containsZero(_ context: OperatorContext) -> Bool {
        let truth = cast(to: .bool, context)
        let span = truth.span(Bool.self)
        for index in 0..<span.count where !span[index] { return true }
        return false
    }
}

/// An ONNX operator of two operands of one numeric type, with broadcasting.
protocol Arithmetic: Operator, ArithmeticFunction {
    init()
}

extension Arithmetic {
    init(_ node: OperatorNode) { self.init() }

    func run(_ inputs: OperatorInputs, _ context: OperatorContext) throws(OperatorError) -> [Tensor] {
        let a = try inputs.tensor(0, "A", anyOf: ElementType.numbers)
        let b = try inputs.tensor(1, "B", like: a)
        return [try Self.apply(a, b, context)]
    }
}

/// An ONNX operator of one or more operands of one numeric type, with broadcasting.
protocol VariadicArithmetic: Operator, ArithmeticFunction {
    init()
}

extension VariadicArithmetic {
    init(_ node: OperatorNode) { self.init() }

    func run(_ inputs: OperatorInputs, _ context: OperatorContext) throws(OperatorError) -> [Tensor] {
        var result = try inputs.tensor(0, "data_0", anyOf: ElementType.numbers)
        for index in 1..<max(1, inputs.count) {
            let operand = try inputs.tensor(index, "data_\(index)", like: result)
            result = try Self.apply(result, operand, context)
        }
        return [result]
    }
}

/// ONNX Mean: the mean of all operands, element by element.
struct Mean: Operator {
    init(_ node: OperatorNode) {}

    func run(_ inputs: OperatorInputs, _ context: OperatorContext) throws(OperatorError) -> [Tensor] {
        let total = try Sum().run(inputs, context)[0]
        let count = Tensor(scalar: Int64(inputs.count)).cast(to: total.elementType, context)
        return [try Div.apply(total, count, context)]
    }
}

/// ONNX Mod: the remainder with the divisor's sign, or with the dividend's if `fmod` is 1.
struct Mod: Operator {
    private let truncates: Bool

    private enum Floored: ArithmeticFunction {
        static var divides: Bool { true }
        static var cost: Int { 4 }
        @inline(__always) static func apply<T: Number>(_ a: T, _ b: T) -> T { T.floorRemainder(a, b) }
    }

    private enum Truncated: ArithmeticFunction {
        static var divides: Bool { true }
        static var cost: Int { 4 }
        @inline(__always) static func apply<T: Number>(_ a: T, _ b: T) -> T { T.truncatedRemainder(a, b) }
    }

    init(_ node: OperatorNode) throws(OperatorError) {
        truncates = try node.attributes.flag("fmod")
    }

    func run(_ inputs: OperatorInputs, _ context: OperatorContext) throws(OperatorError) -> [Tensor] {
        let a = try inputs.tensor(0, "A", anyOf: ElementType.numbers)
        let b = try inputs.tensor(1, "B", like: a)
        return [try truncates ? Truncated.apply(a, b, context) : Floored.apply(a, b, context)]
    }
}

// MARK: Operators

struct Add: Arithmetic {
    @inline(__always) static func apply<T: Number>(_ a: T, _ b: T) -> T { T.sum(a, b) }
}

struct Sub: Arithmetic {
    @inline(__always) static func apply<T: Number>(_ a: T, _ b: T) -> T { T.difference(a, b) }
}

struct Mul: Arithmetic {
    @inline(__always) static func apply<T: Number>(_ a: T, _ b: T) -> T { T.product(a, b) }
}

struct Div: Arithmetic {
    static var divides: Bool { true }
    @inline(__always) static func apply<T: Number>(_ a: T, _ b: T) -> T { T.quotient(a, b) }
}

struct Min: VariadicArithmetic {
    @inline(__always) static func apply<T: Number>(_ a: T, _ b: T) -> T { T.smaller(a, b) }
}

struct Max: VariadicArithmetic {
    @inline(__always) static func apply<T: Number>(_ a: T, _ b: T) -> T { T.larger(a, b) }
}

struct Sum: VariadicArithmetic {
    @inline(__always) static func apply<T: Number>(_ a: T, _ b: T) -> T { T.sum(a, b) }
}
