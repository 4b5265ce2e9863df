import Operators
import Tensors
import Testing

/// Nodes that contradict the operators' definitions, as corrupt or hostile models hold them: an error, never
/// a trap.
@Suite struct InvalidNodeTests {
    struct Call: Sendable, CustomStringConvertible {
        let type: String
        var domain = ""
        var attributes: OperatorAttributes = [:]
        let inputs: [Tensor?]

        var description: String { "\(type) \(attributes.values.keys.sorted()) \(inputs.map { $0?.shape })" }
    }

    private static func zeros(_ dimensions: Int...) -> Tensor {
        Tensor(repeating: 0 as Float, shape: Shape(dimensions))
    }

    private static func contrib(_ type: String, _ attributes: OperatorAttributes, _ inputs: [Tensor?]) -> Call
    {
        Call(type: type, domain: "com.microsoft", attributes: attributes, inputs: inputs)
    }

    static let products: [Call] = [
        Call(type: "MatMul", inputs: []),
        Call(type: "MatMul", inputs: [zeros(2, 3)]),
        Call(type: "MatMul", inputs: [zeros(2, 3), zeros(2, 3)]),
        Call(type: "MatMul", inputs: [zeros(), zeros(3, 2)]),
        Call(type: "MatMul", inputs: [zeros(2, 2, 3), zeros(3, 3, 2)]),
        Call(type: "MatMul", inputs: [zeros(2, 3), Tensor([1, 2, 3] as [Int32])]),
        Call(type: "MatMul", inputs: [zeros(1 << 20, 1), zeros(1, 1 << 20)]),
        Call(type: "MatMul", inputs: [zeros(1 << 20, 1 << 20, 1, 1), zeros(1, 1, 1 << 30)]),
        Call(type: "MatMul", inputs: [Tensor([true]), Tensor([true])]),
        Call(type: "Gemm", inputs: [zeros(2, 3), zeros(2, 3)]),
        Call(type: "Gemm", inputs: [zeros(2, 3), zeros(3)]),
        Call(type: "Gemm", inputs: [zeros(2, 3), zeros(3, 4), zeros(3)]),
        Call(type: "Gemm", attributes: ["alpha": .int(1)], inputs: [zeros(2, 3), zeros(3, 4)]),
        contrib("FusedMatMul", ["transA": .int(1)], [zeros(2, 3), zeros(3, 4)]),
        contrib("FusedMatMul", ["transBatchA": .int(1)], [zeros(2, 5, 3), zeros(2, 3, 4)]),
    ]

    static let convolutions: [Call] = [
        Call(type: "Conv", inputs: [zeros(1, 2)]),
        Call(type: "Conv", inputs: [zeros(1, 2, 5), zeros(3, 1, 2)]),
        Call(type: "Conv", inputs: [zeros(1, 2, 5), zeros(3, 2, 2, 2)]),
        Call(type: "Conv", inputs: [zeros(1, 2, 5), zeros(3, 2, 6)]),
        Call(type: "Conv", inputs: [zeros(1, 2, 5), zeros(3, 2, 0)]),
        Call(type: "Conv", inputs: [zeros(1, 2, 5), zeros(3, 2, 2), zeros(2)]),
        Call(type: "Conv", attributes: ["group": .int(0)], inputs: [zeros(1, 2, 5), zeros(3, 2, 2)]),
        Call(type: "Conv", attributes: ["group": .int(2)], inputs: [zeros(1, 2, 5), zeros(3, 1, 2)]),
        Call(type: "Conv", attributes: ["group": .int(.max)], inputs: [zeros(1, 2, 5), zeros(3, 2, 2)]),
        Call(type: "Conv", attributes: ["strides": .ints([0])], inputs: [zeros(1, 2, 5), zeros(3, 2, 2)]),
        Call(
            type: "Conv", attributes: ["strides": .ints([1, 1])], inputs: [zeros(1, 2, 5), zeros(3, 2, 2)]),
        Call(
            type: "Conv", attributes: ["dilations": .ints([.max])], inputs: [zeros(1, 2, 5), zeros(3, 2, 3)]),
        Call(type: "Conv", attributes: ["pads": .ints([-1, 0])], inputs: [zeros(1, 2, 5), zeros(3, 2, 2)]),
        Call(
            type: "Conv", attributes: ["pads": .ints([.max, .max])], inputs: [zeros(1, 2, 5), zeros(3, 2, 2)]),
        Call(type: "Conv", attributes: ["pads": .ints([1])], inputs: [zeros(1, 2, 5), zeros(3, 2, 2)]),
        Call(
            type: "Conv", attributes: ["pads": .ints([1 << 31, 1 << 31])],
            inputs: [zeros(1, 2, 5), zeros(3, 2, 2)]),
        Call(
            type: "Conv", attributes: ["kernel_shape": .ints([3])], inputs: [zeros(1, 2, 5), zeros(3, 2, 2)]),
        Call(
            type: "Conv", attributes: ["auto_pad": .string("SOME")],
            inputs: [zeros(1, 2, 5), zeros(3, 2, 2)]),
    ]

    static let rows: [Call] = [
        Call(type: "Softmax", attributes: ["axis": .int(2)], inputs: [zeros(2, 3)]),
        Call(type: "Softmax", attributes: ["axis": .int(-3)], inputs: [zeros(2, 3)]),
        Call(type: "Softmax", attributes: ["axis": .int(.min)], inputs: [zeros(2, 3)]),
        Call(type: "Softmax", inputs: [Tensor([1] as [Int64])]),
        Call(type: "LayerNormalization", inputs: [zeros(2, 3)]),
        Call(type: "LayerNormalization", inputs: [zeros(2, 3), zeros(2)]),
        Call(type: "LayerNormalization", inputs: [zeros(2, 3), zeros(3), zeros(4)]),
        Call(type: "LayerNormalization", attributes: ["axis": .int(2)], inputs: [zeros(2, 3), zeros(3)]),
        Call(type: "LayerNormalization", inputs: [zeros(), zeros()]),
        Call(type: "RMSNormalization", inputs: [zeros(2, 3), zeros(2)]),
        Call(type: "InstanceNormalization", inputs: [zeros(2, 3, 4), zeros(2), zeros(3)]),
        Call(type: "GroupNormalization", inputs: [zeros(2, 3, 4), zeros(3), zeros(3)]),
        Call(
            type: "GroupNormalization", attributes: ["num_groups": .int(2)],
            inputs: [zeros(2, 3, 4), zeros(3), zeros(3)]),
        contrib("SkipLayerNormalization", [:], [zeros(2, 3, 4), zeros(2, 2, 4), zeros(4)]),
        contrib("SkipLayerNormalization", [:], [zeros(2, 3, 4), zeros(2, 3, 4), zeros(3)]),
        contrib("SkipSimplifiedLayerNormalization", [:], [zeros(), zeros(), zeros()]),
        contrib("BiasGelu", [:], [zeros(2, 3), zeros(2)]),
        contrib("BiasGelu", [:], [zeros(), zeros(1)]),
        Call(type: "Gelu", attributes: ["approximate": .string("sine")], inputs: [zeros(2)]),
        Call(type: "PRelu", inputs: [zeros(2), zeros(3)]),
    ]

    private static let tiny = Tensor([1] as [Int32])

    private static func groupQuery(
        last: [Int32], total: [Int32], past: Int? = nil, _ change: [String: AttributeValue] = [:],
        _ rest: [Tensor?] = []
    ) -> Call {
        var attributes: [String: AttributeValue] = ["num_heads": .int(2), "kv_num_heads": .int(1)]
        attributes.merge(change) { $1 }
        let cache = past.map { zeros(1, 1, $0, 8) }
        return contrib(
            "GroupQueryAttention", OperatorAttributes(attributes),
            [zeros(1, 2, 16), zeros(1, 2, 8), zeros(1, 2, 8), cache, cache, Tensor(last), Tensor(total)]
                + rest)
    }

    static let attentions: [Call] = [
        Call(type: "Attention", inputs: [zeros(1, 2, 8), zeros(1, 2, 8), zeros(1, 2, 8)]),
        Call(
            type: "Attention", attributes: ["q_num_heads": .int(3), "kv_num_heads": .int(3)],
            inputs: [zeros(1, 2, 8), zeros(1, 2, 8), zeros(1, 2, 8)]),
        Call(type: "Attention", inputs: [zeros(1, 3, 2, 4), zeros(1, 2, 2, 4), zeros(1, 2, 2, 4)]),
        Call(type: "Attention", inputs: [zeros(1, 2, 2, 4), zeros(1, 2, 2, 3), zeros(1, 2, 2, 4)]),
        Call(type: "Attention", inputs: [zeros(1, 2, 2, 4), zeros(1, 0, 2, 4), zeros(1, 0, 2, 4)]),
        Call(
            type: "Attention", inputs: [zeros(1, 2, 2, 4), zeros(1, 2, 2, 4), zeros(1, 2, 2, 4), zeros(3, 2)]),
        Call(
            type: "Attention", attributes: ["left_window_size": .int(-2)],
            inputs: [zeros(1, 2, 2, 4), zeros(1, 2, 2, 4), zeros(1, 2, 2, 4)]),
        Call(
            type: "Attention",
            inputs: [
                zeros(1, 2, 2, 4), zeros(1, 2, 2, 4), zeros(1, 2, 2, 4), nil, zeros(1, 2, 3, 4), nil,
            ]),
        Call(
            type: "Attention",
            inputs: [
                zeros(1, 2, 2, 4), zeros(1, 2, 2, 4), zeros(1, 2, 2, 4), nil, zeros(2, 4), zeros(2, 4),
            ]),
        Call(
            type: "Attention",
            inputs: [
                zeros(1, 2, 2, 4), zeros(1, 2, 2, 4), zeros(1, 2, 2, 4), nil, nil, nil,
                Tensor([Int64.max]),
            ]),
        Call(
            type: "Attention",
            inputs: [
                zeros(1, 2, 2, 4), zeros(1, 2, 2, 4), zeros(1, 2, 2, 4), nil, nil, nil,
                Tensor([3] as [Int64]),
            ]),
        contrib("MultiHeadAttention", [:], [zeros(1, 2, 8), zeros(1, 2, 8), zeros(1, 2, 8)]),
        contrib(
            "MultiHeadAttention", ["num_heads": .int(0)], [zeros(1, 2, 8), zeros(1, 2, 8), zeros(1, 2, 8)]),
        contrib(
            "MultiHeadAttention", ["num_heads": .int(3)], [zeros(1, 2, 8), zeros(1, 2, 8), zeros(1, 2, 8)]),
        contrib("MultiHeadAttention", ["num_heads": .int(2)], [zeros(1, 2, 8), zeros(1, 2, 8)]),
        contrib("MultiHeadAttention", ["num_heads": .int(2)], [zeros(1, 2, 8)]),
        contrib(
            "MultiHeadAttention", ["num_heads": .int(2)],
            [zeros(1, 2, 8), zeros(1, 2, 8), zeros(1, 2, 8), zeros(23)]),
        contrib(
            "MultiHeadAttention", ["num_heads": .int(2)],
            [zeros(1, 2, 8), zeros(1, 2, 8), zeros(1, 2, 8), nil, Tensor([1, 1, 1] as [Int32])]),
        contrib(
            "MultiHeadAttention", ["num_heads": .int(2)],
            [
                zeros(1, 2, 8), zeros(1, 2, 8), zeros(1, 2, 8), nil, nil, nil, zeros(1, 2, 3, 4),
                zeros(1, 2, 3, 4), Tensor([2] as [Int32]),
            ]),
        contrib(
            "MultiHeadAttention", ["num_heads": .int(2)],
            [
                zeros(1, 2, 8), zeros(1, 2, 8), zeros(1, 2, 8), nil, tiny, zeros(5, 5, 2, 2),
            ]),
        groupQuery(last: [-1], total: [2]),
        groupQuery(last: [2], total: [2]),
        groupQuery(last: [.max], total: [.max]),
        groupQuery(last: [1, 1], total: [2]),
        groupQuery(last: [1], total: []),
        groupQuery(last: [5], total: [6]),
        groupQuery(last: [9], total: [10], past: 3),
        groupQuery(last: [1], total: [2], ["num_heads": .int(3)]),
        groupQuery(last: [1], total: [2], ["kv_num_heads": .int(0)]),
        groupQuery(last: [1], total: [2], ["local_window_size": .int(0)]),
        groupQuery(last: [1], total: [2], ["do_rotary": .int(1)]),
        groupQuery(last: [1], total: [2], ["do_rotary": .int(1)], [zeros(1, 4), zeros(1, 4)]),
        groupQuery(last: [1], total: [2], ["do_rotary": .int(1)], [zeros(9, 5), zeros(9, 5)]),
        groupQuery(
            last: [1], total: [2], ["do_rotary": .int(1)], [zeros(9, 4), zeros(9, 4), Tensor([Int64.max])]),
        groupQuery(last: [1], total: [2], [:], [nil, nil, nil, zeros(1, 1, 2, 1)]),
        groupQuery(last: [1], total: [2], [:], [nil, nil, nil, nil, zeros(3)]),
        groupQuery(last: [1], total: [2], ["sliding_window_cache": .int(1), "local_window_size": .int(3)]),
        groupQuery(
            last: [1], total: [2], past: 2,
            ["sliding_window_cache": .int(1), "local_window_size": .int(3)]),
        groupQuery(
            last: [1], total: [2], [:],
            [nil, nil, nil, nil, nil, nil, nil, nil, nil, Tensor([3] as [Int32])]),
        groupQuery(last: [1], total: [2], ["k_quant_type": .string("PER_TENSOR")]),
        contrib(
            "RotaryEmbedding", ["rotary_embedding_dim": .int(4)],
            [zeros(1, 2, 8), Tensor([0] as [Int64]), zeros(5, 2), zeros(5, 2)]),
        Call(type: "RotaryEmbedding", inputs: [zeros(1, 2, 8), zeros(5, 2), zeros(5, 2)]),
        Call(
            type: "RotaryEmbedding", attributes: ["num_heads": .int(3)],
            inputs: [zeros(1, 2, 8), zeros(5, 2), zeros(5, 2), Tensor([0, 1] as [Int64])]),
    ]

    @Test(arguments: products + convolutions + rows + attentions)
    func isRefused(call: Call) {
        #expect(throws: OperatorError.self) {
            try run(call.type, domain: call.domain, opset: 24, call.attributes, call.inputs, outputs: 4)
        }
    }
}
