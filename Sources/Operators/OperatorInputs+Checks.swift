import Tensors

extension OperatorInputs {
    /// An input that must be there, of one of the given types.
    func tensor(
        _ index: Int, _ name: String, anyOf types: [ElementType]
    ) throws(OperatorError) -> Tensor {
        let tensor = try tensor(index, name)
        guard types.contains(tensor.elementType) else {
            throw .elementType(input: name, found: tensor.elementType, supported: types)
        }
        return tensor
    }

    /// An input that must be there, of the same type as another one.
    func tensor(_ index: Int, _ name: String, like other: Tensor) throws(OperatorError) -> Tensor {
        let tensor = try tensor(index, name)
        guard tensor.elementType == other.elementType else {
            throw .elementType(input: name, found: tensor.elementType, supported: [other.elementType])
        }
        return tensor
    }

    /// An optional input of one element and of the same type as another one.
    func scalar(_ index: Int, _ name: String, like other: Tensor) throws(OperatorError) -> Tensor? {
        guard self[index] != nil else { return nil }
        let tensor = try tensor(index, name, like: other)
        guard tensor.elementCount == 1 else { throw .invalid("input \(name) has more than one value") }
        return tensor.reshaped([])
    }

    /// An optional input of one integer.
    func integer(_ index: Int, _ name: String) throws(OperatorError) -> Int? {
        guard let values = try integers(index, name) else { return nil }
        guard values.count == 1 else { throw .invalid("input \(name) has \(values.count) values, not one") }
        return values[0]
    }
}

extension Shape {
    /// Axes as booleans by dimension, negative ones counted from the end.
    func mask(ofAxes axes: [Int]) throws(OperatorError) -> [Bool] {
        var mask = [Bool](repeating: false, count: rank)
        for axis in axes {
            let resolved = try requiredAxis(axis)
            guard !mask[resolved] else { throw .invalid("axis \(axis) occurs twice") }
            mask[resolved] = true
        }
        return mask
    }
}
