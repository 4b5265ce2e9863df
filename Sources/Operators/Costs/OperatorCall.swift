package import Tensors

/// One call of an operator, as far as its cost depends on it.
package struct OperatorCall: Sendable, Equatable {
    /// In ONNX's order; nil where an optional input is omitted.
    package let inputs: [TensorSummary?]
    package let outputs: [TensorSummary]

    package init(inputs: [TensorSummary?], outputs: [TensorSummary]) {
        self.inputs = inputs
        self.outputs = outputs
    }

    /// Shape of an input; empty if it is omitted.
    func shape(_ input: Int) -> Shape {
        inputs.indices.contains(input) ? inputs[input]?.shape ?? [] : []
    }

    /// Bytes of all inputs.
    var inputBytes: Int { inputs.reduce(0) { $0 + ($1?.byteCount ?? 0) } }

    /// Bytes of the outputs that were written, rather than made views of an input.
    var outputBytes: Int { outputs.reduce(0) { $0 + ($1.isView ? 0 : $1.byteCount) } }

    /// Whether nothing was computed or copied.
    var onlyMakesViews: Bool { !outputs.isEmpty && outputs.allSatisfy(\.isView) }
}

/// What remains of a tensor when its elements are gone.
package struct TensorSummary: Sendable, Equatable {
    package let elementType: ElementType
    package let shape: Shape
    /// Elements in memory: those that are repeated along an axis count once.
    package let storedElements: Int
    /// Whether an output shares its storage with an input.
    package let isView: Bool

    package init(_ elementType: ElementType, _ shape: Shape, storedElements: Int? = nil, isView: Bool = false)
    {
        self.elementType = elementType
        self.shape = shape
        self.storedElements = storedElements ?? shape.elementCount
        self.isView = isView
    }

    package init(_ tensor: Tensor) {
        self.init(tensor.elementType, tensor.shape, storedElements: tensor.storedElementCount)
    }

    /// Bytes in memory.
    var byteCount: Int { storedElements * elementType.byteWidth }
}

extension [TensorSummary] {
    /// Appends the outputs of a call.
    package mutating func append(outputs: [Tensor], ofInputs inputs: [Tensor?]) {
        for output in outputs {
            append(
                TensorSummary(
                    output.elementType, output.shape, storedElements: output.storedElementCount,
                    isView: inputs.contains { $0?.sharesStorage(with: output) ?? false }))
        }
    }
}
