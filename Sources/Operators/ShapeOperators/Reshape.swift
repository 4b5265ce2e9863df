import Tensors

/// ONNX Reshape: 0 copies the input's dimension unless `allowzero`, one -1 takes what is left.
struct Reshape: Operator {
    private let allowsZero: Bool

    init(_ node: OperatorNode) throws(OperatorError) {
        allowsZero = try node.attributes.flag("allowzero")
    }

    func run(_ inputs: OperatorInputs, _ context: OperatorContext) throws(OperatorError) -> [Tensor] {
        let data = try inputs.tensor(0, "data")
        var dimensions = try inputs.requiredIntegers(1, "shape")
        for axis in dimensions.indices where dimensions[axis] == 0 && !allowsZero {
            guard axis < data.rank else {
                throw .invalid("shape \(dimensions) copies dimension \(axis) of \(data.shape)")
            }
            dimensions[axis] = data.shape[axis]
        }
        if let open = dimensions.firstIndex(of: -1) {
            dimensions[open] = 1
            // A copied 0 takes its place on both sides and leaves the rest to be divided.
            let isEmpty = dimensions.contains(0)
            let known = Shape(checking: dimensions.filter { $0 != 0 })?.elementCount ?? 0
            let count = isEmpty ? data.shape.filter { $0 != 0 }.reduce(1, *) : data.elementCount
            guard !(isEmpty && allowsZero), known > 0, count % known == 0 else {
                throw .invalid("\(data.shape) cannot be reshaped to \(dimensions) with axis \(open) open")
            }
            dimensions[open] = count / known
        }
        guard let shape = Shape(checking: dimensions), shape.elementCount == data.elementCount else {
            throw .invalid("\(data.shape) cannot be reshaped to \(dimensions)")
        }
        return [data.reshaped(shape)]
    }
}

/// ONNX Flatten: a matrix, with the axes before `axis` as its rows.
struct Flatten: Operator {
    private let axis: Int

    init(_ node: OperatorNode) throws(OperatorError) {
        axis = try node.attributes.int("axis", default: 1)
    }

    func run(_ inputs: OperatorInputs, _ context: OperatorContext) throws(OperatorError) -> [Tensor] {
        let input = try inputs.tensor(0, "input")
        let split = axis < 0 ? axis + input.rank : axis
        guard (0...input.rank).contains(split) else {
            throw .invalid("axis \(axis) is out of range for shape \(input.shape)")
        }
        let rows = input.shape[..<split].reduce(1, *)
        let columns = input.shape[split...].reduce(1, *)
        return [input.reshaped(try .result([rows, columns]))]
    }
}

/// ONNX Squeeze: drops axes of size 1, given as an input (since opset 13) or attribute; all if none are.
struct Squeeze: Operator {
    private let axes: [Int]?

    init(_ node: OperatorNode) throws(OperatorError) {
        axes = try node.attributes.ints("axes")
    }

    func run(_ inputs: OperatorInputs, _ context: OperatorContext) throws(OperatorError) -> [Tensor] {
        let data = try inputs.tensor(0, "data")
        guard let axes = try inputs.integers(1, "axes") ?? axes else {
            return [data.reshaped(Shape(data.shape.filter { $0 != 1 }))]
        }
        let mask = try data.shape.mask(ofAxes: axes)
        var result = data
        for axis in mask.indices.reversed() where mask[axis] {
            guard data.shape[axis] == 1 else {
                throw .invalid("axis \(axis) of shape \(data.shape) cannot be squeezed")
            }
            result = result.droppingAxis(axis)
        }
        return [result]
    }
}

/// ONNX Unsqueeze: inserts axes of size 1, given as an input (since opset 13) or attribute by their place in
/// the result.
struct Unsqueeze: Operator {
    private let axes: [Int]?

    init(_ node: OperatorNode) throws(OperatorError) {
        axes = try node.attributes.ints("axes")
    }

    func run(_ inputs: OperatorInputs, _ context: OperatorContext) throws(OperatorError) -> [Tensor] {
        var result = try inputs.tensor(0, "data")
        guard let axes = try inputs.integers(1, "axes") ?? axes else { throw .missingInput(name: "axes") }
        let expanded = Shape([Int](repeating: 1, count: result.rank + axes.count))
        let mask = try expanded.mask(ofAxes: axes)
        for axis in mask.indices where mask[axis] { result = result.insertingAxis(axis) }
        return [result]
    }
}

/// ONNX Identity.
struct Identity: Operator {
    init(_ node: OperatorNode) {}

    func run(_ inputs: OperatorInputs, _ context: OperatorContext) throws(OperatorError) -> [Tensor] {
        [try inputs.tensor(0, "input")]
    }
}
