import Operators
import Tensors
import Testing

@Suite struct NormalizationTests {
    /// Rows of `width` elements less their mean, on demand, over their deviation.
    private func reference(
        _ x: [Double], width: Int, epsilon: Double, subtractsMean: Bool = true
    ) -> (normalized: [Double], means: [Double], factors: [Double]) {
        var result: (normalized: [Double], means: [Double], factors: [Double]) = ([], [], [])
        guard width > 0 else { return result }
        for start in stride(from: 0, to: x.count, by: width) {
            let row = x[start..<start + width]
            let mean = subtractsMean ? row.reduce(0, +) / Double(width) : 0
            let variance = row.map { ($0 - mean) * ($0 - mean) }.reduce(0, +) / Double(width)
            let factor = 1 / (variance + epsilon).squareRoot()
            result.means.append(mean)
            result.factors.append(factor)
            result.normalized += row.map { ($0 - mean) * factor }
        }
        return result
    }

    @Test(arguments: [0, 1, 15, 16, 17, 33, 1_024])
    func normalizesRows(width: Int) throws {
        var numbers = Numbers()
        let (x, scale, bias) = (numbers.tensor(3, 5, width), numbers.tensor(width), numbers.tensor(width))
        let (scales, biases) = (scale.doubles, bias.doubles)
        for (type, subtractsMean) in [("LayerNormalization", true), ("RMSNormalization", false)] {
            let (rows, means, factors) = reference(
                x.doubles, width: width, epsilon: 1e-5, subtractsMean: subtractsMean)
            let expected = rows.enumerated().map { index, value in
                value * scales[index % width] + (subtractsMean ? biases[index % width] : 0)
            }
            let inputs = subtractsMean ? [x, scale, bias] : [x, scale]
            let outputs = try run(type, inputs, outputs: subtractsMean ? 3 : 1)
            #expect(outputs[0].shape == x.shape)
            #expect(relativeDistance(outputs[0].doubles, expected) < 1e-6)
            if subtractsMean && width > 0 {
                #expect(outputs[1].shape == [3, 5, 1])
                #expect(outputs[2].shape == [3, 5, 1])
                #expect(relativeDistance(outputs[1].doubles, means) < 1e-5)
                #expect(relativeDistance(outputs[2].doubles, factors) < 1e-6)
            }
            let strided = try run(type, inputs.map(\.strided))[0]
            #expect(relativeDistance(strided.doubles, expected) < 1e-6)
            let double = try run(type, inputs.map { $0.converted(Double.init) })[0]
            #expect(relativeDistance(double.doubles, expected) < 1e-9)
            let half = try run(type, inputs.map { $0.converted(BFloat16.init) })[0]
            #expect(half.elementType == .bfloat16)
            #expect(relativeDistance(half.doubles, expected) < 2e-2)
        }
    }

    @Test(arguments: [-3, -2, -1, 0, 1, 2])
    func normalizesFromAnAxisOn(axis: Int) throws {
        var numbers = Numbers()
        let x = numbers.tensor(2, 3, 4)
        let first = axis < 0 ? axis + 3 : axis
        let rowShape = Shape(Array(x.shape.dimensions[first...]))
        let scale = numbers.tensor(rowShape)
        let width = rowShape.elementCount
        let rows = reference(x.doubles, width: width, epsilon: 0.5).normalized
        let scales = scale.doubles
        let attributes: OperatorAttributes = ["axis": .int(axis), "epsilon": .float(0.5)]
        let result = try run("LayerNormalization", attributes, [x, scale], outputs: 2)
        let expected = rows.enumerated().map { $1 * scales[$0 % width] }
        #expect(relativeDistance(result[0].doubles, expected) < 1e-6)
        #expect(result[1].shape == Shape((0..<3).map { $0 < first ? x.shape[$0] : 1 }))
    }

    /// A scale for each entry of the batch, as ONNX allows: broadcast to the whole input.
    @Test func broadcastsTheScale() throws {
        var numbers = Numbers()
        let x = numbers.tensor(2, 3, 4)
        let rows = reference(x.doubles, width: 4, epsilon: 1e-5).normalized
        for shape in [[1], [2, 1, 4], [3, 1], [2, 3, 4]] as [Shape] {
            let scale = numbers.tensor(shape)
            let scales = scale.broadcast(to: x.shape).doubles
            let result = try run("LayerNormalization", [x, scale])[0]
            #expect(relativeDistance(result.doubles, zip(rows, scales).map(*)) < 1e-6)
        }
    }

    /// A row far from 0 must not lose its small differences.
    @Test func keepsSmallDeviations() throws {
        let x = Tensor((0..<64).map { 1_000 + Float($0) / 16 })
        let expected = reference(x.doubles, width: 64, epsilon: 1e-5).normalized
        let result = try run("LayerNormalization", [x, Tensor(repeating: 1 as Float, shape: [64])])[0]
        #expect(relativeDistance(result.doubles, expected) < 1e-5)
    }

    @Test func normalizesGroupsOfChannels() throws {
        var numbers = Numbers()
        let x = numbers.tensor(2, 6, 3, 5)
        let (scale, bias) = (numbers.tensor(6), numbers.tensor(6))
        let (scales, biases) = (scale.doubles, bias.doubles)
        for groups in [1, 2, 3, 6] {
            let rows = reference(x.doubles, width: 90 / groups, epsilon: 1e-5).normalized
            let expected = rows.enumerated().map { index, value in
                value * scales[index / 15 % 6] + biases[index / 15 % 6]
            }
            let result = try run(
                "GroupNormalization", opset: 21, ["num_groups": .int(groups)], [x, scale, bias])[0]
            #expect(result.shape == x.shape)
            #expect(relativeDistance(result.doubles, expected) < 1e-6)
            if groups == 6 {
                let instances = try run("InstanceNormalization", [x.strided, scale, bias])[0]
                #expect(relativeDistance(instances.doubles, expected) < 1e-6)
            }
        }
        // Before opset 21 there was a scale for each group.
        let rows = reference(x.doubles, width: 45, epsilon: 1e-5).normalized
        let result = try run(
            "GroupNormalization", opset: 18, ["num_groups": .int(2)],
            [x, Tensor([2, -1] as [Float]), Tensor([0, 1] as [Float])])[0]
        let expected = rows.enumerated().map { $0 / 45 % 2 == 0 ? 2 * $1 : 1 - $1 }
        #expect(relativeDistance(result.doubles, expected) < 1e-6)
    }
}
