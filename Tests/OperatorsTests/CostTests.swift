import Operators
import Tensors
import Testing
import Threading

/// Counts of multiply-adds and bytes against formulas, for calls that really ran.
@Suite struct CostTests {
    /// Runs an operator and asks what that cost.
    private func cost(
        _ type: String, domain: String = "", _ inputs: [Tensor?], _ attributes: OperatorAttributes = [:],
        outputs: Int = 1
    ) throws -> OperatorCost {
        let implementation = try #require(
            OperatorRegistry.standard.implementation(type: type, domain: domain))
        let node = OperatorNode(
            type: type, domain: domain, opset: domain.isEmpty ? 23 : 1, attributes: attributes,
            inputCount: inputs.count, outputCount: outputs)
        let made = try implementation.init(node)
        let results = try made.run(
            OperatorInputs(inputs), OperatorContext(pool: ThreadPool(threads: 1)))
        return made.cost(
            of: OperatorCall(
                inputs: inputs.map { tensor in tensor.map { TensorSummary($0.elementType, $0.shape) } },
                outputs: results.map { result in
                    TensorSummary(
                        result.elementType, result.shape,
                        isView: inputs.contains { $0?.sharesStorage(with: result) ?? false })
                }))
    }

    private func zeros(_ shape: Shape) -> Tensor {
        Tensor([Float](repeating: 0, count: shape.elementCount), shape: shape)
    }

    @Test(
        arguments: [
            ([2, 3, 5], [5, 7], 2 * 3 * 5 * 7), ([4, 9], [9, 1], 36), ([6], [6, 2], 12), ([3, 4], [4], 12),
            ([2, 1, 8, 4], [1, 3, 4, 5], 2 * 3 * 8 * 4 * 5),
        ] as [([Int], [Int], Int)])
    func matMul(a: [Int], b: [Int], multiplyAdds: Int) throws {
        let (left, right) = (zeros(Shape(a)), zeros(Shape(b)))
        let cost = try cost("MatMul", [left, right])
        #expect(cost.multiplyAdds == multiplyAdds)
        #expect(cost.arithmetic == .float32)
        #expect(cost.bytesRead == left.byteCount + right.byteCount)
    }

    @Test(arguments: [(0, 0), (0, 1), (1, 0), (1, 1)])
    func gemm(transA: Int, transB: Int) throws {
        let a = zeros(transA == 1 ? [5, 3] : [3, 5])
        let b = zeros(transB == 1 ? [7, 5] : [5, 7])
        let cost = try cost("Gemm", [a, b, zeros([7])], ["transA": .int(transA), "transB": .int(transB)])
        #expect(cost.multiplyAdds == 3 * 5 * 7)
        #expect(cost.bytesRead == (15 + 35 + 7) * 4)
        #expect(cost.bytesWritten == 21 * 4)
    }

    @Test func linear() throws {
        let cost = try cost(
            "Linear", domain: OperatorRegistry.fusedDomain,
            [zeros([2, 3, 8]), zeros([8, 16]), zeros([16]), zeros([2, 3, 16])])
        #expect(cost.multiplyAdds == 6 * 8 * 16)
        #expect(cost.bytesRead == (48 + 128 + 16 + 96) * 4)
        #expect(cost.bytesWritten == 96 * 4)
        #expect(cost.kernel == "float32 tiles")
    }

    /// Output elements times weights of a channel: 2 images, 6 channels of 5 × 3, from 4 / groups channels of
    /// 3 × 2.
    @Test(arguments: [1, 2])
    func conv(groups: Int) throws {
        let x = zeros([2, 4, 10, 6])
        let w = zeros([6, 4 / groups, 3, 2])
        let attributes: OperatorAttributes = [
            "strides": .ints([2, 2]), "pads": .ints([1, 0, 1, 0]), "group": .int(groups),
        ]
        let cost = try cost("Conv", [x, w, zeros([6])], attributes)
        #expect(cost.multiplyAdds == 2 * 6 * 5 * 3 * (4 / groups) * 3 * 2)
        #expect(cost.arithmetic == .float32)
        #expect(cost.bytesRead == x.byteCount + w.byteCount + 6 * 4)
        #expect(cost.bytesWritten == 2 * 6 * 5 * 3 * 4)
    }

    /// Layers: 2 images, 6 channels of 5 × 3, then 3 channels of 3 × 2.
    @Test func convGelu() throws {
        let inputs = [
            zeros([2, 4, 10, 6]), zeros([6, 4, 3, 3]), zeros([6]), zeros([3, 6, 3, 3]), zeros([3]),
        ]
        let attributes: OperatorAttributes = ["strides": .ints([2, 2]), "pads": .ints([1, 1, 1, 1])]
        let cost = try cost("ConvGelu", domain: OperatorRegistry.fusedDomain, inputs, attributes)
        #expect(cost.multiplyAdds == 2 * (6 * 5 * 3 * 4 * 9 + 3 * 3 * 2 * 6 * 9))
        #expect(cost.bytesRead == inputs.reduce(0) { $0 + $1.byteCount })
        #expect(cost.bytesWritten == 2 * 3 * 3 * 2 * 4)
    }

    @Test(arguments: [1, 5], [4, 8])
    func matMulNBits(rows: Int, bits: Int) throws {
        let (k, n, block) = (128, 24, 32)
        let b = Tensor(
            [UInt8](repeating: 0, count: n * k * bits / 8), shape: [n, k / block, block * bits / 8])
        let scales = zeros([n, k / block])
        let attributes: OperatorAttributes = [
            "K": .int(k), "N": .int(n), "bits": .int(bits), "block_size": .int(block),
            "accuracy_level": .int(4),
        ]
        let a = zeros([1, rows, k])
        let cost = try cost("MatMulNBits", domain: "com.microsoft", [a, b, scales], attributes)
        #expect(cost.multiplyAdds == rows * k * n)
        #expect(cost.arithmetic == .int8)
        #expect(cost.bytesRead == rows * k * 4 + n * k * bits / 8 + n * (k / block) * 4)
        #expect(cost.bytesWritten == rows * n * 4)
        #expect(cost.kernel == "int\(bits) " + (rows == 1 ? "row" : "tiles"))
    }

    @Test func matMulNBitsGroup() throws {
        let (k, block) = (64, 32)
        func operands(_ n: Int) -> [Tensor?] {
            let values = [UInt8](repeating: 0, count: n * k / 2)
            return [Tensor(values, shape: [n, k / block, block / 2]), zeros([n, k / block]), nil, nil, nil]
        }
        let gated = try self.cost(
            "MatMulNBitsSwiGLU", domain: OperatorRegistry.fusedDomain,
            [zeros([1, 3, k])] + operands(16) + operands(16),
            ["K": .int(k), "N": .ints([16, 16]), "block_size": .int(block), "accuracy_level": .int(4)])
        #expect(gated.multiplyAdds == 3 * k * 32)
        #expect(gated.kernel == "int4 tiles")
        let cost = try cost(
            "MatMulNBitsGroup", domain: OperatorRegistry.fusedDomain,
            [zeros([1, 1, k])] + operands(16) + operands(8),
            ["K": .int(k), "N": .ints([16, 8]), "block_size": .int(block), "accuracy_level": .int(4)],
            outputs: 2)
        #expect(cost.multiplyAdds == k * 24)
        #expect(cost.bytesRead == k * 4 + 24 * k / 2 + 24 * (k / block) * 4)
        #expect(cost.bytesWritten == 24 * 4)
    }

    @Test(arguments: [1, 7])
    func attention(length: Int) throws {
        let (heads, keyHeads, size, keys) = (4, 2, 8, 7)
        let fused = OperatorRegistry.fusedDomain
        let inputs = [
            zeros([1, heads, length, size]), zeros([1, keyHeads, keys, size]),
            zeros([1, keyHeads, keys, size]),
        ]
        let whole = try cost("FusedAttention", domain: fused, inputs)
        #expect(whole.multiplyAdds == heads * length * keys * 2 * size)
        #expect(whole.bytesRead == (heads * length * size + 2 * keyHeads * keys * size) * 4)
        #expect(whole.bytesWritten == heads * length * size * 4)
        // Query i sees i + 1 keys.
        let causal = try cost("FusedAttention", domain: fused, inputs, ["is_causal": .int(1)])
        #expect(causal.multiplyAdds == heads * (1...length).reduce(0, +) * 2 * size)
        #expect(causal.arithmetic == .float32)
    }

    /// Windows of 3, 3 and 1 of 7 rows.
    @Test func attentionInWindows() throws {
        let cost = try cost(
            "FusedAttention", domain: OperatorRegistry.fusedDomain,
            [zeros([1, 2, 7, 4]), zeros([1, 2, 7, 4]), zeros([1, 2, 7, 4])], ["window": .int(3)])
        #expect(cost.multiplyAdds == 2 * (9 + 9 + 1) * 2 * 4)
    }

    @Test(arguments: [0, 1])
    func standardAttention(isCausal: Int) throws {
        let (length, past, keys, size) = (3, 2, 5, 4)
        let query = zeros([1, 2, length, size])
        let cost = try cost(
            "Attention",
            [query, query, query, nil, zeros([1, 2, past, size]), zeros([1, 2, past, size])],
            ["is_causal": .int(isCausal)], outputs: 3)
        // Causal: 3, 4 and 5 keys are seen.
        #expect(cost.multiplyAdds == 2 * (isCausal == 1 ? 12 : length * keys) * 2 * size)
    }

    /// Of a table only the rows that are taken.
    @Test func gatherReadsWhatItTakes() throws {
        let indices = Tensor([5, 0, 5] as [Int64])
        let cost = try cost("Gather", [zeros([1_000, 16]), indices])
        #expect(cost.bytesRead == 3 * 16 * 4 + indices.byteCount)
        #expect(cost.bytesWritten == 3 * 16 * 4)
    }

    @Test func elementwiseReadsAndWritesAll() throws {
        let cost = try cost("Add", [zeros([4, 5]), zeros([5])])
        #expect(cost == OperatorCost(bytesRead: 25 * 4, bytesWritten: 20 * 4))
    }

    @Test func viewsCostNothing() throws {
        for (type, inputs, attributes) in [
            ("Reshape", [zeros([4, 5]), Tensor([20] as [Int64])], [:]),
            ("Transpose", [zeros([4, 5])], ["perm": .ints([1, 0])]), ("Identity", [zeros([4])], [:]),
        ] as [(String, [Tensor?], OperatorAttributes)] {
            let cost = try cost(type, inputs, attributes)
            #expect(cost == OperatorCost(bytesRead: 0, bytesWritten: 0, kernel: "view"), "\(type)")
        }
    }

    @Test func shapesAreReadWithoutElements() throws {
        #expect(try cost("Shape", [zeros([4, 5])]) == OperatorCost(bytesRead: 0, bytesWritten: 16))
    }
}
