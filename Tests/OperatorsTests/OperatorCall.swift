import Operators
import Tensors
import Threading

/// Makes an operator and runs it once.
func call(
    _ type: String, _ inputs: [Tensor?], _ attributes: OperatorAttributes = [:], opset: Int = 21,
    outputs: Int = 1, threads: Int = 1
) throws(OperatorError) -> [Tensor] {
    guard let implementation = OperatorRegistry.standard.implementation(type: type, domain: "") else {
        throw .unsupported(type)
    }
    let node = OperatorNode(
        type: type, opset: opset, attributes: attributes, inputCount: inputs.count, outputCount: outputs)
    return try implementation.init(node).run(
        OperatorInputs(inputs), OperatorContext(pool: ThreadPool(threads: threads)))
}

/// A tensor 0, 1, 2, … of a shape.
func counting(_ shape: Shape) -> Tensor {
    Tensor((0..<shape.elementCount).map { Float($0) }, shape: shape)
}

/// Numbers without a pattern between -4 and 4, none of them 0, the same in each run.
func varied(_ shape: Shape, seed: UInt32 = 1) -> Tensor {
    var state = seed
    return Tensor(
        (0..<shape.elementCount).map { _ in
            state = state &* 1_664_525 &+ 1_013_904_223
            return (Float(state >> 9) + 0.5) / Float(1 << 20) - 4
        }, shape: shape)
}

func int64s(_ values: Int64...) -> Tensor { Tensor(values) }
