import Tensors

/// An ONNX operator that compares two operands of one type, with broadcasting.
protocol Comparison: Operator {
    static var types: [ElementType] { get }
    static func holds<T: Comparable>(_ a: T, _ b: T) -> Bool
    init()
}

extension Comparison {
    static var types: [ElementType] { ElementType.numbers }

    init(_ node: OperatorNode) { self.init() }

    func run(_ inputs: OperatorInputs, _ context: OperatorContext) throws(OperatorError) -> [Tensor] {
        let a = try inputs.tensor(0, "A", anyOf: Self.types)
        let b = try inputs.tensor(1, "B", like: a)
        let type = a.elementType.computeType
        let computation = ComparisonComputation<Self>(
            a: a.cast(to: type, context), b: b.cast(to: type, context), context: context)
        return [try type.dispatch(computation)]
    }
}

private struct ComparisonComputation<Relation: Comparison>: NumberComputation {
    let a: Tensor
    let b: Tensor
    let context: OperatorContext

    private struct Map<T: Number>: BinaryMap {
        @inline(__always) static func apply(_ a: T, _ b: T) -> Bool { Relation.holds(a, b) }
    }

    func compute<T: Number>(_ type: T.Type) throws(OperatorError) -> Tensor {
        try Elementwise.map(Map<T>.self, a, b, context)
    }
}

struct Equal: Comparison {
    static let types = ElementType.all
    @inline(__always) static func holds<T: Comparable>(_ a: T, _ b: T) -> Bool { a == b }
}

struct Greater: Comparison {
    @inline(__always) static func holds<T: Comparable>(_ a: T, _ b: T) -> Bool { a > b }
}

struct GreaterOrEqual: Comparison {
    @inline(__always) static func holds<T: Comparable>(_ a: T, _ b: T) -> Bool { a >= b }
}

struct Less: Comparison {
    @inline(__always) static func holds<T: Comparable>(_ a: T, _ b: T) -> Bool { a < b }
}

struct LessOrEqual: Comparison {
    @inline(__always) static func holds<T: Comparable>(_ a: T, _ b: T) -> Bool { a <= b }
}
