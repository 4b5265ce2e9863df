import Tensors

/// An ONNX operator of two booleans, with broadcasting.
///
/// They are read as bytes: a file may hold others than 0 and 1.
protocol Logical: Operator {
    static func apply(_ a: Bool, _ b: Bool) -> Bool
    init()
}

extension Logical {
    init(_ node: OperatorNode) { self.init() }

    func run(_ inputs: OperatorInputs, _ context: OperatorContext) throws(OperatorError) -> [Tensor] {
        let a = try inputs.tensor(0, "A", .bool).reinterpreted(as: .uint8)
        let b = try inputs.tensor(1, "B", .bool).reinterpreted(as: .uint8)
        return [try Elementwise.map(LogicalMap<Self>.self, a, b, context)]
    }
}

private struct LogicalMap<Function: Logical>: BinaryMap {
    @inline(__always)
    static func apply(_ a: UInt8, _ b: UInt8) -> Bool { Function.apply(a != 0, b != 0) }
}

struct And: Logical {
    @inline(__always) static func apply(_ a: Bool, _ b: Bool) -> Bool { a && b }
}

struct Or: Logical {
    @inline(__always) static func apply(_ a: Bool, _ b: Bool) -> Bool { a || b }
}

struct Xor: Logical {
    @inline(__always) static func apply(_ a: Bool, _ b: Bool) -> Bool { a != b }
}

/// ONNX Not.
struct Not: Operator {
    init(_ node: OperatorNode) {}

    private struct Map: UnaryMap {
        @inline(__always) static func apply(_ x: UInt8) -> Bool { x == 0 }
    }

    func run(_ inputs: OperatorInputs, _ context: OperatorContext) throws(OperatorError) -> [Tensor] {
        let x = try inputs.tensor(0, "X", .bool).reinterpreted(as: .uint8)
        return [Elementwise.map(Map.self, x, context)]
    }
}

/// ONNX IsNaN.
struct IsNaN: Operator {
    init(_ node: OperatorNode) {}

    private struct Map: UnaryMap {
        @inline(__always) static func apply(_ x: Double) -> Bool { x.isNaN }
    }

    func run(_ inputs: OperatorInputs, _ context: OperatorContext) throws(OperatorError) -> [Tensor] {
        let x = try inputs.tensor(0, "X", anyOf: ElementType.floats)
        return [Elementwise.map(Map.self, x.cast(to: .float64, context), context)]
    }
}

/// ONNX IsInf: infinities of the signs that `detect_positive` and `detect_negative` ask for.
struct IsInf: Operator {
    private let detectsPositive: Bool
    private let detectsNegative: Bool

    init(_ node: OperatorNode) throws(OperatorError) {
        detectsPositive = try node.attributes.flag("detect_positive", default: true)
        detectsNegative = try node.attributes.flag("detect_negative", default: true)
    }

    private struct IsPositive: UnaryMap {
        @inline(__always) static func apply(_ x: Double) -> Bool { x == .infinity }
    }

    private struct IsNegative: UnaryMap {
        @inline(__always) static func apply(_ x: Double) -> Bool { x == -.infinity }
    }

    private struct IsEither: UnaryMap {
        @inline(__always) static func apply(_ x: Double) -> Bool { x.isInfinite }
    }

    func run(_ inputs: OperatorInputs, _ context: OperatorContext) throws(OperatorError) -> [Tensor] {
        let x = try inputs.tensor(0, "X", anyOf: ElementType.floats).cast(to: .float64, context)
        return switch (detectsPositive, detectsNegative) {
        case (true, true): [Elementwise.map(IsEither.self, x, context)]
        case (true, false): [Elementwise.map(IsPositive.self, x, context)]
        case (false, true): [Elementwise.map(IsNegative.self, x, context)]
        case (false, false): [Tensor(repeating: false, shape: x.shape)]
        }
    }
}
