import Tensors

/// ONNX Pow: the base's type is the result's; the exponent may be of another type.
struct Pow: Operator {
    private enum Power: ArithmeticFunction {
        static var cost: Int { 16 }
        @inline(__always) static func apply<T: Number>(_ a: T, _ b: T) -> T { T.power(a, b) }
    }

    init(_ node: OperatorNode) {}

    func run(_ inputs: OperatorInputs, _ context: OperatorContext) throws(OperatorError) -> [Tensor] {
        let base = try inputs.tensor(0, "X", anyOf: ElementType.numbers)
        let exponent = try inputs.tensor(1, "Y", anyOf: ElementType.numbers)
        // The square of a normalisation: far cheaper as a product, and as exact as the library's power.
        if exponent.elementCount == 1, exponent.rank <= base.rank,
            exponent.cast(to: .float64, context).array(Double.self) == [2]
        {
            return [try Square.map(base, context)]
        }
        // A mixed pair is computed in double, the only type that holds both.
        let isMixed = base.elementType != exponent.elementType
        if !isMixed && !base.elementType.isFloatingPoint {
            try checkNoZeroToNegativePower(base, exponent, context)
        }
        let result = try Power.apply(
            isMixed ? base.cast(to: .float64, context) : base,
            isMixed ? exponent.cast(to: .float64, context) : exponent, context)
        return [result.cast(to: base.elementType, context)]
    }

    private func checkNoZeroToNegativePower(
        _ base: Tensor, _ exponent: Tensor, _ context: OperatorContext
    ) throws(OperatorError) {
        let exponents = exponent.cast(to: .float64, context).array(Double.self)
        if exponents.contains(where: { $0 < 0 }) && base.containsZero(context) {
            throw .invalid("an integer zero may have no negative exponent")
        }
    }
}
