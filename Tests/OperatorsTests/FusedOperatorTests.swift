import Foundation
import Kernels
import Operators
import Tensors
import Testing
import Threading

/// What rewrite passes put in the place of patterns, against the definition in double precision.
@Suite struct FusedOperatorTests {
    func fused(
        _ type: String, _ inputs: [Tensor?], _ attributes: OperatorAttributes = [:],
        on instructionSet: InstructionSet, threads: Int = 2
    ) throws -> [Tensor] {
        let domain = OperatorRegistry.fusedDomain
        let implementation = try #require(
            OperatorRegistry.standard.implementation(type: type, domain: domain))
        let node = OperatorNode(
            type: type, domain: domain, opset: 1, attributes: attributes, inputCount: inputs.count)
        let context = OperatorContext(
            pool: ThreadPool(threads: threads), kernels: KernelTable(instructionSet))
        return try implementation.init(node).run(OperatorInputs(inputs), context)
    }

    func expectClose(
        _ found: Tensor, _ expected: [Double], _ tolerance: Double = 2e-5,
        sourceLocation: SourceLocation = #_sourceLocation
    ) {
        let values = found.array(Float.self)
        guard values.count == expected.count else {
            Issue.record("\(values.count) for \(expected.count)", sourceLocation: sourceLocation)
            return
        }
        let worst = zip(values, expected).map { abs(Double($0) - $1) / max(1, abs($1)) }.max() ?? 0
        #expect(worst <= tolerance, sourceLocation: sourceLocation)
    }

    @Test(arguments: [0, 1, 7, 8, 9, 15, 16, 17, 33, 8_193], InstructionSet.supported)
    func swiGLU(count: Int, instructionSet: InstructionSet) throws {
        let (gate, up) = (varied([2, count], seed: 3), varied([2, count], seed: 4))
        let result = try fused("SwiGLU", [gate, up], on: instructionSet)[0]
        expectClose(result, zip(gate.doubles, up.doubles).map { $0 / (1 + exp(-$0)) * $1 })
    }

    @Test func swiGLURefusesShapesThatDiffer() {
        #expect(throws: OperatorError.self) {
            try fused("SwiGLU", [counting([2, 3]), counting([4])], on: .portable)
        }
    }

    @Test(arguments: [2, 4, 14, 16, 18, 30, 32, 34, 128], InstructionSet.supported)
    func rotaryHeads(size: Int, instructionSet: InstructionSet) throws {
        for (batch, length, heads) in [(1, 1, 3), (2, 5, 2), (1, 0, 2)] {
            let x = varied([batch, length, heads * size], seed: 7)
            let half = (0..<batch * length * size / 2).map { Double($0) * 0.37 }
            let angles = (0..<batch * length).flatMap { row in
                let part = half[row * size / 2..<(row + 1) * size / 2]
                return part + part
            }
            let tables: Shape = [batch, length, size]
            let cosines = Tensor(angles.map { Float(cos($0)) }, shape: tables)
            let sines = Tensor(angles.map { Float(sin($0)) }, shape: tables)
            for scale in [nil, varied([size], seed: 9)] {
                let result = try fused(
                    "RotaryHeads", [x, cosines, sines, scale],
                    ["head_size": .int(size), "epsilon": .float(1e-3)], on: instructionSet)[0]
                #expect(result.shape == [batch, heads, length, size])
                expectClose(
                    result,
                    rotated(x.doubles, angles, scale?.doubles, batch, length, heads, size, epsilon: 1e-3))
            }
        }
    }

    private func rotated(
        _ x: [Double], _ angles: [Double], _ scale: [Double]?, _ batch: Int, _ length: Int, _ heads: Int,
        _ size: Int, epsilon: Double
    ) -> [Double] {
        var result: [Double] = []
        for index in 0..<batch * heads * length {
            let (entry, head, place) = (index / (heads * length), index / length % heads, index % length)
            let position = entry * length + place
            let start = (position * heads + head) * size
            var row = Array(x[start..<start + size])
            if let scale {
                let meanSquare = row.reduce(0) { $0 + $1 * $1 } / Double(size)
                row = row.indices.map { row[$0] / (meanSquare + epsilon).squareRoot() * scale[$0] }
            }
            let half = size / 2
            result += (0..<size).map { index in
                let angle = angles[position * size + index]
                let turned = index < half ? -row[index + half] : row[index - half]
                return row[index] * cos(angle) + turned * sin(angle)
            }
        }
        return result
    }

    @Test func rotaryHeadsRefuseOtherTables() {
        #expect(throws: OperatorError.self) {
            try fused(
                "RotaryHeads", [counting([1, 2, 8]), counting([1, 3, 4]), counting([1, 2, 4])],
                ["head_size": .int(4)], on: .portable)
        }
    }

    @Test(arguments: [0, 1, 3, 4, 13, 14, 15, 29], InstructionSet.supported)
    func linear(rows: Int, instructionSet: InstructionSet) throws {
        for (inner, columns) in [(1, 1), (5, 31), (17, 32), (33, 65)] {
            let (a, b) = (varied([2, rows, inner], seed: 3), varied([inner, columns], seed: 4))
            let (bias, residual) = (varied([columns], seed: 5), varied([2, rows, columns], seed: 6))
            for variant in 0..<8 {
                let inputs = [a, b, variant & 1 == 0 ? nil : bias, variant & 2 == 0 ? nil : residual]
                let result = try fused(
                    "Linear", inputs, ["activation": .string(variant & 4 == 0 ? "none" : "gelu")],
                    on: instructionSet)[0]
                #expect(result.shape == [2, rows, columns])
                let (x, y, z, r) = (a.doubles, b.doubles, bias.doubles, residual.doubles)
                let expected = (0..<2 * rows * columns).map { index in
                    let (row, column) = index.quotientAndRemainder(dividingBy: columns)
                    var sum = (0..<inner).reduce(0.0) { $0 + x[row * inner + $1] * y[$1 * columns + column] }
                    if variant & 1 != 0 { sum += z[column] }
                    if variant & 4 != 0 { sum = 0.5 * sum * erfc(-sum * 0.5.squareRoot()) }
                    return variant & 2 != 0 ? sum + r[index] : sum
                }
                expectClose(result, expected, 5e-5)
            }
        }
    }

    @Test func linearRefusesShapesThatDiffer() {
        let (a, b) = (counting([2, 3]), counting([3, 4]))
        for inputs in [[a, a], [a, b, counting([3])], [a, b, nil, counting([3, 4])]] {
            #expect(throws: OperatorError.self) { try fused("Linear", inputs, on: .portable) }
        }
    }

    /// Groups take another way than the kernels'.
    @Test(arguments: [1, 2], InstructionSet.supported)
    func convolutionWithGelu(groups: Int, instructionSet: InstructionSet) throws {
        let x = varied([2, 4, 9, 7], seed: 1)
        let weights = varied([6, 4 / groups, 3, 3], seed: 2)
        let inputs = [x, weights, varied([6], seed: 3)]
        let attributes: OperatorAttributes = ["pads": .ints([1, 1, 1, 1]), "group": .int(groups)]
        let result = try fused("ConvGelu", inputs, attributes, on: instructionSet)[0]
        let convolution = try #require(OperatorRegistry.standard.implementation(type: "Conv", domain: ""))
        let node = OperatorNode(type: "Conv", opset: 18, attributes: attributes, inputCount: 3)
        let plain = try convolution.init(node).run(
            OperatorInputs(inputs),
            OperatorContext(pool: ThreadPool(threads: 1), kernels: KernelTable(.portable)))[0]
        #expect(result.shape == plain.shape)
        expectClose(result, plain.doubles.map { 0.5 * $0 * erfc(-$0 * 0.5.squareRoot()) })
    }

    /// Layers of one node against a node for each, with more images than are computed at once.
    @Test(arguments: [0, 1, 2, 11], InstructionSet.supported)
    func layersOfConvolutionWithGelu(images: Int, instructionSet: InstructionSet) throws {
        let attributes: OperatorAttributes = ["pads": .ints([1, 1, 1, 1]), "strides": .ints([2, 2])]
        // 5 MB between the layers for each image.
        let x = varied([images, 1, 260, 322], seed: 1)
        let layers: [[Tensor?]] = [
            [varied([60, 1, 3, 3], seed: 2), nil], [varied([3, 60, 3, 3], seed: 3), varied([3], seed: 4)],
            [varied([2, 3, 3, 3], seed: 5)],
        ]
        let result = try fused(
            "ConvGelu", [x] + layers.flatMap { $0 }, attributes, on: instructionSet)[0]
        let expected = try layers.reduce(x) {
            try fused("ConvGelu", [$0] + $1, attributes, on: instructionSet)[0]
        }
        #expect(result.shape == expected.shape)
        #expect(result.array(Float.self) == expected.array(Float.self))
    }

    @Test func layersThatDoNotFitTheirInputAreRefused() {
        let (x, weights) = (counting([1, 2, 5, 5]), counting([3, 2, 3, 3]))
        for inputs in [
            [x, weights, nil, weights], [x, weights, counting([3]), nil], [counting([])], [x, counting([])],
        ] {
            #expect(throws: OperatorError.self) { try fused("ConvGelu", inputs, on: .portable) }
        }
    }

    /// Windows against a mask that allows just the keys of a query's own window.
    @Test(arguments: [0, 1, 2, 3, 4, 5, 8, 11], InstructionSet.supported)
    func windowsOfAttention(length: Int, instructionSet: InstructionSet) throws {
        let window = 4
        let shape: Shape = [1, 2, length, 5]
        let (q, k, v) = (varied(shape, seed: 1), varied(shape, seed: 2), varied(shape, seed: 3))
        let mask = (0..<length * length).map { index in
            index / length / window == index % length / window ? Float(0) : -.infinity
        }
        let found = try fused(
            "FusedAttention", [q, k, v], ["scale": .float(0.3), "window": .int(window)], on: instructionSet)[
                0]
        let expected = try fused(
            "FusedAttention", [q, k, v, Tensor(mask, shape: [length, length])], ["scale": .float(0.3)],
            on: instructionSet)[0]
        #expect(found.shape == [1, length, 2, 5])
        expectClose(found, expected.doubles)
    }

    @Test(arguments: InstructionSet.supported)
    func causalAttentionOfGroupedQueries(instructionSet: InstructionSet) throws {
        let (q, k) = (varied([1, 4, 6, 8], seed: 1), varied([1, 2, 6, 8], seed: 2))
        let v = varied([1, 2, 6, 8], seed: 3)
        func repeated(_ x: Tensor) -> Tensor {
            x.insertingAxis(2).broadcast(to: [1, 2, 2, 6, 8]).reshaped([1, 4, 6, 8])
        }
        let mask = (0..<36).map { $0 % 6 > $0 / 6 ? -Float.greatestFiniteMagnitude : 0 }
        let attributes: OperatorAttributes = ["scale": .float(0.35)]
        let expected = try fused(
            "FusedAttention", [q, repeated(k), repeated(v), Tensor(mask, shape: [6, 6])], attributes,
            on: instructionSet)[0]
        let sequenceFirst = k.transposed([0, 2, 1, 3]).contiguous()
        for (keys, first) in [(k, 0), (sequenceFirst, 1)] {
            let found = try fused(
                "FusedAttention", [q, keys, v],
                ["scale": .float(0.35), "is_causal": .int(1), "keys_sequence_first": .int(first)],
                on: instructionSet)[0]
            expectClose(found, expected.doubles)
        }
    }

    /// A mask of zeros, as that of a decoding step, is not added; one with anything else is.
    @Test(arguments: InstructionSet.supported)
    func masksThatChangeNothingAreLeftOut(instructionSet: InstructionSet) throws {
        let (q, k, v) = (
            varied([1, 4, 1, 8], seed: 1), varied([1, 2, 5, 8], seed: 2), varied([1, 2, 5, 8], seed: 3)
        )
        func attention(_ mask: [Float]?) throws -> [Float] {
            let mask = mask.map { Tensor($0, shape: [1, 1, 1, 5]) }
            return try fused(
                "FusedAttention", [q, k, v, mask], ["scale": .float(0.35)], on: instructionSet
            )[0].array(Float.self)
        }
        let expected = try attention(nil)
        #expect(try attention([0, 0, 0, 0, 0]) == expected)
        #expect(throws: OperatorError.self) {
            try fused(
                "FusedAttention", [q, k, v, Tensor([Float](repeating: 0, count: 7), shape: [1, 1, 1, 7])],
                on: instructionSet)
        }
        #expect(try attention([0, 0, 0, 0, -0.5]) != expected)
        // Each query sees what the mask leaves of one key: its values.
        let last = try attention([-.infinity, -.infinity, -.infinity, -.infinity, 0])
        let values = v.array(Float.self)
        for head in 0..<4 {
            let row = (head / 2 * 5 + 4) * 8
            expectClose(
                Tensor(Array(last[head * 8..<(head + 1) * 8])), values[row..<row + 8].map { Double($0) })
        }
    }

    @Test func cachesMustBeThereAndFit() throws {
        let domain = OperatorRegistry.fusedDomain
        let type = try #require(OperatorRegistry.standard.implementation(type: "CacheAppend", domain: domain))
        let node = OperatorNode(
            type: "CacheAppend", domain: domain, opset: 1, attributes: ["layer": .int(1)], inputCount: 1)
        let append = try type.init(node)
        var context = OperatorContext(pool: ThreadPool(threads: 1))
        #expect(throws: OperatorError.self) { try append.run([counting([1, 2, 1, 4])], context) }
        context.cache = DecodingCache(layers: 1, capacity: 4)
        #expect(throws: OperatorError.self) { try append.run([counting([1, 2, 1, 4])], context) }
        context.cache = DecodingCache(layers: 2, capacity: 4)
        #expect(try append.run([counting([1, 2, 1, 4])], context)[0].shape == [1, 2, 1, 4])
        #expect(throws: OperatorError.self) { try append.run([counting([1, 3, 1, 4])], context) }
        #expect(try append.run([counting([1, 2, 2, 4])], context)[0].shape == [1, 2, 3, 4])
    }
}
