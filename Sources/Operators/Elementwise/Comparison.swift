import Tensors

/// A relation of two numbers; with NaN only "not equal" would hold.
protocol Relation: SendableMetatype {
    static var types: [ElementType] { get }
    static func holds<T: Comparable>(_ a: T, _ b: T) -> Bool
}

extension Relation {
    static var types: [ElementType] { ElementType.numbers }
}

/// An ONNX operator that compares two operands of one type, with broadcasting.
struct Comparison<R: Relation>: Operator {
    init(_ node: OperatorNode) {}

    private struct Map<T: Number>: BinaryMap {
        @inline(__always) static func apply(_ a: T, _ b: T) -> Bool { R.holds(a, b) }
    }

    private struct Computation: NumberComputation {
        let a: Tensor
        let b: Tensor
        let context: OperatorContext

        func compute<T: Number>(_ type: T.Type) throws(OperatorError) -> Tensor {
            try Elementwise.map(Map<T>.self, a, b, context)
        }
    }

    func run(_ inputs: OperatorInputs, _ context: OperatorContext) throws(OperatorError) -> [Tensor] {
        let a = try inputs.tensor(0, "A", anyOf: R.types)
        let b = try inputs.tensor(1, "B", like: a)
        let type = a.elementType.computeType
        let computation = Computation(
            a: a.cast(to: type, context), b: b.cast(to: type, context), context: context)
        return [try type.dispatch(computation)]
    }
}

enum Equal: Relation {
    static let types = ElementType.all
    @inline(__always) static func holds<T: Comparable>(_ a: T, _ b: T) -> Bool { a == b }
}

enum Greater: Relation {
    @inline(__always) static func holds<T: Comparable>(_ a: T, _ b: T) -> Bool { a > b }
}

enum GreaterOrEqual: Relation {
    @inline(__always) static func holds<T: Comparable>(_ a: T, _ b: T) -> Bool { a >= b }
}

enum Less: Relation {
    @inline(__always) static func holds<T: Comparable>(_ a: T, _ b: T) -> Bool { a < b }
}

enum LessOrEqual: Relation {
    @inline(__always) static func holds<T: Comparable>(_ a: T, _ b: T) -> Bool { a <= b }
}
