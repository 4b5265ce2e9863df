import Operators
import Tensors
import Threading

/// Runs one operator.
func run(
    _ type: String, domain: String = "", opset: Int = 20, _ attributes: OperatorAttributes,
    _ inputs: [Tensor?], outputs: Int = 1, threads: Int = 2
) throws -> [Tensor] {
    guard let implementation = OperatorRegistry.standard.implementation(type: type, domain: domain) else {
        throw OperatorError.unsupported("\(domain) \(type)")
    }
    let node = OperatorNode(
        type: type, domain: domain, opset: opset, attributes: attributes, inputCount: inputs.count,
        outputCount: outputs)
    return try implementation.init(node).run(
        OperatorInputs(inputs), OperatorContext(pool: ThreadPool(threads: threads)))
}

/// Runs one operator without attributes.
func run(
    _ type: String, domain: String = "", opset: Int = 20, _ inputs: [Tensor?], outputs: Int = 1,
    threads: Int = 2
) throws -> [Tensor] {
    try run(type, domain: domain, opset: opset, [:], inputs, outputs: outputs, threads: threads)
}

/// The same numbers in every run.
struct Numbers {
    private var state: UInt64 = 0x9E37_79B9_7F4A_7C15

    mutating func next() -> Float {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return Float(Int32(truncatingIfNeeded: state >> 33)) / Float(1 << 29) - 2
    }

    /// Between −2 and 2.
    mutating func tensor(_ dimensions: Int...) -> Tensor {
        tensor(Shape(dimensions))
    }

    mutating func tensor(_ shape: Shape) -> Tensor {
        Tensor((0..<shape.elementCount).map { _ in next() }, shape: shape)
    }
}

extension Tensor {
    /// The same elements behind strides that are not row-major ones: every second place of a larger tensor,
    /// the axes of which are in reverse order.
    var strided: Tensor {
        let values = array(Float.self)
        let reversed = Shape(Array(shape.dimensions.reversed() + [2]))
        var spread = [Float](repeating: .nan, count: reversed.elementCount)
        for index in values.indices {
            var rest = index
            var place = 0
            var stride = 2
            for axis in 0..<rank {
                let position = rest / shape.dimensions[(axis + 1)...].reduce(1, *)
                rest %= shape.dimensions[(axis + 1)...].reduce(1, *)
                place += position * stride
                stride *= shape[axis]
            }
            spread[place] = values[index]
        }
        return Tensor(spread, shape: reversed).selecting(axis: rank, index: 0)
            .transposed(Array((0..<rank).reversed()))
    }

    func converted<Element: TensorElement>(_ convert: (Float) -> Element) -> Tensor {
        Tensor(array(Float.self).map(convert), shape: shape)
    }
}
