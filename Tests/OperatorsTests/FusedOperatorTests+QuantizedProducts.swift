import Kernels
import Operators
import Tensors
import Testing
import Threading

/// Products of the same activations with quantised weights.
extension FusedOperatorTests {
    /// Each product of a group is what the product by itself is, bit for bit.
    @Test(arguments: [1, 3, 9], InstructionSet.supported)
    func groupOfQuantizedProducts(rows: Int, instructionSet: InstructionSet) throws {
        let (depth, blockSize) = (96, 32)
        func bytes(_ count: Int, _ seed: UInt32) -> [UInt8] {
            varied([count], seed: seed).array(Float.self).map { UInt8(($0 + 4) * 31.9) }
        }
        let a = varied([1, rows, depth], seed: 5)
        let columns = [33, 1, 16]
        var inputs: [Tensor?] = [a]
        var singles: [[Tensor?]] = []
        for (index, count) in columns.enumerated() {
            let blocks = depth / blockSize
            let seed = UInt32(index * 10)
            let operands: [Tensor?] = [
                Tensor(
                    bytes(count * blocks * blockSize / 2, seed + 1), shape: [count, blocks, blockSize / 2]),
                varied([count * blocks], seed: seed + 2),
                index == 1 ? nil : Tensor(bytes(count * ((blocks + 1) / 2), seed + 3)), nil,
                index == 2 ? varied([count], seed: seed + 4) : nil,
            ]
            inputs += operands
            singles.append([a] + operands)
        }
        func attributes(_ columns: AttributeValue) -> OperatorAttributes {
            [
                "K": .int(depth), "N": columns, "bits": .int(4), "block_size": .int(blockSize),
                "accuracy_level": .int(4),
            ]
        }
        let found = try fused("MatMulNBitsGroup", inputs, attributes(.ints(columns)), on: instructionSet)
        #expect(found.count == 3)
        let type = try #require(
            OperatorRegistry.standard.implementation(type: "MatMulNBits", domain: "com.microsoft"))
        let context = OperatorContext(pool: ThreadPool(threads: 2), kernels: KernelTable(instructionSet))
        for (index, count) in columns.enumerated() {
            let node = OperatorNode(
                type: "MatMulNBits", domain: "com.microsoft", opset: 1, attributes: attributes(.int(count)),
                inputCount: 6)
            let single = try type.init(node).run(OperatorInputs(singles[index]), context)[0]
            #expect(found[index].shape == [1, rows, count])
            #expect(found[index].array(Float.self) == single.array(Float.self))
            // With constants that it is bound to, and without seeing them again.
            let bound = try #require(
                try type.init(node).bound(to: [nil] + singles[index].dropFirst(), variables: [0]))
            let again = try bound.run(OperatorInputs([a, nil, nil, nil, nil, nil]), context)[0]
            #expect(again.array(Float.self) == single.array(Float.self))
        }
        let groupType = try #require(
            OperatorRegistry.standard.implementation(
                type: "MatMulNBitsGroup", domain: OperatorRegistry.fusedDomain))
        let group = try groupType.init(
            OperatorNode(
                type: "MatMulNBitsGroup", domain: OperatorRegistry.fusedDomain, opset: 1,
                attributes: attributes(.ints(columns)), inputCount: inputs.count, outputCount: 3))
        let bound = try #require(group.bound(to: [nil] + inputs.dropFirst(), variables: [0]))
        let nothing = [Tensor?](repeating: nil, count: inputs.count - 1)
        let again = try bound.run(OperatorInputs([a] + nothing), context)
        #expect(again.map { $0.array(Float.self) } == found.map { $0.array(Float.self) })
        // One that is no constant, or must be converted first, is left to each run.
        #expect(group.bound(to: [nil, nil] + inputs.dropFirst(2), variables: [0, 1]) == nil)
        #expect(group.bound(to: inputs, variables: []) == nil)
        var halves = inputs
        halves[2] = halves[2]?.narrowed(to: .float16, on: context.pool)
        #expect(group.bound(to: [nil] + halves.dropFirst(), variables: [0]) == nil)
    }

    /// What the group and SwiGLU give, bit for bit: of one row, of many, and where activations stay floats.
    @Test(arguments: [(1, false), (3, false), (9, false), (1, true), (9, true)], InstructionSet.supported)
    func gatedProducts(_ rows: (count: Int, areFloats: Bool), instructionSet: InstructionSet) throws {
        let (rows, areFloats) = rows
        let (depth, blockSize, columns) = (96, 32, 70)
        let a = varied([1, rows, depth], seed: 5)
        let blocks = depth / blockSize
        let operands = (0..<2).map { (index: UInt32) -> [Tensor?] in
            let bytes = varied([columns * depth / 2], seed: index).array(Float.self)
                .map { UInt8(($0 + 4) * 31.9) }
            let zeroPoints = areFloats ? varied([columns * blocks], seed: 9 + index) : nil
            return [
                Tensor(bytes, shape: [columns, blocks, blockSize / 2]),
                varied([columns * blocks], seed: 3 + index), zeroPoints, nil, nil,
            ]
        }
        let attributes: OperatorAttributes = [
            "K": .int(depth), "N": .ints([columns, columns]), "bits": .int(4), "block_size": .int(blockSize),
            "accuracy_level": .int(4),
        ]
        let inputs = [a] + operands[0] + operands[1]
        let both = try fused("MatMulNBitsGroup", inputs, attributes, on: instructionSet)
        let expected = try fused("SwiGLU", [both[0], both[1]], on: instructionSet)[0]
        let found = try fused("MatMulNBitsSwiGLU", inputs, attributes, on: instructionSet)
        #expect(found.count == 1 && found[0].shape == [1, rows, columns])
        #expect(found[0].array(Float.self) == expected.array(Float.self))
        let domain = OperatorRegistry.fusedDomain
        let type = try #require(
            OperatorRegistry.standard.implementation(type: "MatMulNBitsSwiGLU", domain: domain))
        let node = OperatorNode(
            type: "MatMulNBitsSwiGLU", domain: domain, opset: 1, attributes: attributes,
            inputCount: inputs.count)
        let bound = try #require(try type.init(node).bound(to: [nil] + inputs.dropFirst(), variables: [0]))
        let context = OperatorContext(pool: ThreadPool(threads: 2), kernels: KernelTable(instructionSet))
        let nothing = [Tensor?](repeating: nil, count: inputs.count - 1)
        let again = try bound.run(OperatorInputs([a] + nothing), context)[0]
        #expect(again.array(Float.self) == expected.array(Float.self))
        #expect(throws: OperatorError.self) {
            try bound.run(OperatorInputs([varied([1, rows, depth + 1], seed: 5)] + nothing), context)
        }
    }

    @Test(arguments: [[16, 8], [16], [16, 16, 16]])
    func gatedProductsMustBeTwoOfTheSameSize(columns: [Int]) {
        #expect(throws: OperatorError.self) {
            try fused(
                "MatMulNBitsSwiGLU", [varied([1, 16], seed: 1)],
                ["K": .int(16), "N": .ints(columns), "bits": .int(4), "block_size": .int(16)], on: .portable)
        }
    }

    /// Rows of a view that take no memory, but whose products would: refused before anything is copied.
    @Test func productsOfTooManyRowsAreRefused() throws {
        let rows = Tensor(repeating: 1 as Float, shape: [1 << 40, 16])
        let weights = Tensor([UInt8](repeating: 0x77, count: 16 * 8), shape: [16, 1, 8])
        let scales = Tensor([Float](repeating: 1, count: 16))
        let inputs = [rows] + [weights, scales, nil, nil, nil] + [weights, scales, nil, nil, nil]
        func attributes(_ columns: [Int]) -> OperatorAttributes {
            [
                "K": .int(16), "N": .ints(columns), "bits": .int(4), "block_size": .int(16),
                "accuracy_level": .int(4),
            ]
        }
        for type in ["MatMulNBitsGroup", "MatMulNBitsSwiGLU"] {
            #expect(throws: OperatorError.self) {
                try fused(type, inputs, attributes([16, 16]), on: .portable)
            }
        }
        #expect(throws: OperatorError.self) {
            try fused("MatMulNBitsGroup", [rows], attributes([]), on: .portable)
        }
    }
}
