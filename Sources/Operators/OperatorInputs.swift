package import Tensors

/// The tensors that a node reads, in ONNX's order; nil where an optional input is omitted.
package struct OperatorInputs: Sendable, ExpressibleByArrayLiteral {
    package let tensors: [Tensor?]

    package init(_ tensors: [Tensor?]) {
        self.tensors = tensors
    }

    package init(arrayLiteral elements: Tensor?...) {
        self.init(elements)
    }

    package var count: Int { tensors.count }

    /// An optional input.
    package subscript(index: Int) -> Tensor? {
        index < tensors.count ? tensors[index] : nil
    }

    /// An input that must be there, of any type.
    ///
    /// - Parameter name: ONNX's name of the input, for the message.
    package func tensor(_ index: Int, _ name: String) throws(OperatorError) -> Tensor {
        guard let tensor = self[index] else { throw .missingInput(name: name) }
        return tensor
    }

    /// An input that must be there, of one of the given types.
    package func tensor(
        _ index: Int, _ name: String, _ types: ElementType...
    ) throws(OperatorError) -> Tensor {
        let tensor = try tensor(index, name)
        guard types.contains(tensor.elementType) else {
            throw .elementType(input: name, found: tensor.elementType, supported: types)
        }
        return tensor
    }

    /// An input of integers (int32 or int64) as Swift integers, in row-major order; nil if it is omitted.
    package func integers(_ index: Int, _ name: String) throws(OperatorError) -> [Int]? {
        guard let tensor = self[index] else { return nil }
        switch tensor.elementType {
        case .int64: return tensor.array(Int64.self).map { Int($0) }
        case .int32: return tensor.array(Int32.self).map { Int($0) }
        default:
            throw .elementType(input: name, found: tensor.elementType, supported: [.int64, .int32])
        }
    }

    /// An input of integers that must be there.
    package func requiredIntegers(_ index: Int, _ name: String) throws(OperatorError) -> [Int] {
        guard let values = try integers(index, name) else { throw .missingInput(name: name) }
        return values
    }
}
