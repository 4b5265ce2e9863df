import Tensors

/// ONNX Constant in all its forms but strings and sparse tensors.
struct Constant: Operator {
    private let value: Tensor

    init(_ node: OperatorNode) throws(OperatorError) {
        let attributes = node.attributes
        if let tensor = try attributes.tensor("value") {
            value = tensor
        } else if let number = try attributes.float("value_float") {
            value = Tensor(scalar: number)
        } else if let number = try attributes.int("value_int") {
            value = Tensor(scalar: Int64(number))
        } else if let numbers = try attributes.floats("value_floats") {
            value = Tensor(numbers)
        } else if let numbers = try attributes.ints("value_ints") {
            value = Tensor(numbers.map { Int64($0) })
        } else {
            throw .unsupported("a constant without a value, or of strings, or sparse")
        }
    }

    func run(_ inputs: OperatorInputs, _ context: OperatorContext) -> [Tensor] { [value] }
}

/// ONNX ConstantOfShape: one value, a float 0 by default, in a given shape.
struct ConstantOfShape: Operator {
    private let value: Tensor

    init(_ node: OperatorNode) throws(OperatorError) {
        value = try node.attributes.tensor("value") ?? Tensor([Float(0)])
        guard value.elementCount == 1 else {
            throw .attribute(name: "value", reason: "has \(value.elementCount) elements, expected one")
        }
    }

    func run(_ inputs: OperatorInputs, _ context: OperatorContext) throws(OperatorError) -> [Tensor] {
        let shape = try Shape.result(try inputs.requiredIntegers(0, "input"))
        return [value.reshaped([]).broadcast(to: shape)]
    }
}
