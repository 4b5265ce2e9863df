import Foundation
import Kernels
import Testing

/// Lengths about the lanes of every instruction set.
private let lengths = [0, 1, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 63, 64, 65, 100, 257]

@Suite struct ActivationTests {
    /// The largest error in units in the last place of float32; of the smallest normal number below it.
    private func largestError(_ found: [Float], _ inputs: [Float], _ reference: (Double) -> Double) -> Double
    {
        zip(found, inputs).reduce(0) { largest, pair in
            let expected = reference(Double(pair.1))
            let unit = Double(max(Float.leastNormalMagnitude, Float(abs(expected))).ulp)
            return max(largest, abs(Double(pair.0) - expected) / unit)
        }
    }

    @Test(
        arguments: InstructionSet.supported,
        [
            (KernelTable.Activation.exp, -103, 88.7, 2.5), (.erf, -6, 6, 2.5), (.gelu, -13, 13, 6),
            (.sigmoid, -87, 87, 3), (.silu, -87, 87, 3),
        ] as [(KernelTable.Activation, Float, Float, Double)])
    func fewUnitsInTheLastPlace(
        _ set: InstructionSet, _ parameters: (KernelTable.Activation, Float, Float, Double)
    ) {
        let (activation, low, high, tolerance) = parameters
        var inputs = (0..<200_000).map { low + (high - low) * Float($0) / 200_000 }
        inputs += (0..<2_000).map { low * Float(sign: .plus, exponent: -$0 / 20, significand: 1) }
        inputs += [0, -0, 1e-30, -1e-30, .leastNonzeroMagnitude]
        var output = [Float](repeating: .nan, count: inputs.count)
        var span = output.mutableSpan
        KernelTable(set).apply(activation, inputs.span, into: &span)
        let error = largestError(output, inputs) { x in
            switch activation {
            case .exp: Foundation.exp(x)
            case .erf: Foundation.erf(x)
            case .gelu: 0.5 * x * Foundation.erfc(-x / 2.0.squareRoot())
            case .sigmoid: 1 / (1 + Foundation.exp(-x))
            case .silu: x / (1 + Foundation.exp(-x))
            }
        }
        #expect(error < tolerance, "\(activation)")
    }

    @Test(arguments: InstructionSet.supported)
    func endsOfTheRange(_ set: InstructionSet) {
        let kernels = KernelTable(set)
        func apply(_ activation: KernelTable.Activation, _ x: Float) -> Float {
            var values = [x]
            var span = values.mutableSpan
            kernels.apply(activation, inPlace: &span)
            return values[0]
        }
        #expect(apply(.exp, .infinity) == .infinity)
        #expect(apply(.exp, 1000) == .infinity)
        #expect(apply(.exp, -1000) == 0)
        #expect(apply(.exp, -.infinity) == 0)
        #expect(apply(.erf, .infinity) == 1)
        #expect(apply(.erf, -.infinity) == -1)
        #expect(apply(.gelu, .infinity) == .infinity)
        #expect(apply(.gelu, -.infinity) == 0)
        #expect(apply(.sigmoid, 1000) == 1)
        #expect(apply(.sigmoid, -1000) == 0)
        #expect(apply(.silu, 1e30) == 1e30)
        #expect(apply(.silu, -1000) == 0)
        for activation in KernelTable.Activation.allCases { #expect(apply(activation, .nan).isNaN) }
    }

    @Test(arguments: InstructionSet.supported)
    func anyLengthAndInPlace(_ set: InstructionSet) {
        let kernels = KernelTable(set)
        for length in lengths {
            var numbers = Numbers(seed: length)
            let input = numbers.floats(length, in: -4...4)
            let up = numbers.floats(length, in: -4...4)
            for activation in KernelTable.Activation.allCases {
                var output = [Float](repeating: .nan, count: length)
                var span = output.mutableSpan
                kernels.apply(activation, input.span, into: &span)
                var inPlace = input
                var inPlaceSpan = inPlace.mutableSpan
                kernels.apply(activation, inPlace: &inPlaceSpan)
                #expect(output == inPlace && !output.contains(where: \.isNaN))
            }
            var product = [Float](repeating: .nan, count: length)
            var span = product.mutableSpan
            kernels.siluProduct(gate: input.span, up: up.span, into: &span)
            let expected = zip(input, up).map { Double($0) / (1 + Foundation.exp(-Double($0))) * Double($1) }
            #expect(relativeError(product, expected) < 2e-7)
        }
    }
}

@Suite struct RowKernelTests {
    @Test(arguments: InstructionSet.supported)
    func softmax(_ set: InstructionSet) {
        let kernels = KernelTable(set)
        for length in lengths where length > 0 {
            var numbers = Numbers(seed: length)
            let rows = 3
            let input = numbers.floats(rows * length, in: -20...20)
            var expected: [Double] = []
            for row in 0..<rows {
                let powers = input[row * length..<(row + 1) * length].map { Foundation.exp(Double($0)) }
                let sum = powers.reduce(0, +)
                expected += powers.map { $0 / sum }
            }
            var output = [Float](repeating: .nan, count: input.count)
            var span = output.mutableSpan
            kernels.softmax(input.span, rowLength: length, into: &span)
            #expect(relativeError(output, expected) < 3e-7)
            var inPlace = input
            var inPlaceSpan = inPlace.mutableSpan
            kernels.softmax(inPlace: &inPlaceSpan, rowLength: length)
            #expect(inPlace == output)
        }
    }

    @Test(arguments: InstructionSet.supported)
    func softmaxOfMasks(_ set: InstructionSet) {
        let kernels = KernelTable(set)
        let lowest = -Float.greatestFiniteMagnitude
        for length in lengths where length > 1 {
            var masked = [Float](repeating: lowest, count: length)
            var span = masked.mutableSpan
            kernels.softmax(inPlace: &span, rowLength: length)
            #expect(masked.allSatisfy { abs($0 * Float(length) - 1) < 1e-6 }, "all masked: equal shares")

            var single = [Float](repeating: lowest, count: length)
            single[length / 2] = -3
            var singleSpan = single.mutableSpan
            kernels.softmax(inPlace: &singleSpan, rowLength: length)
            #expect(single.indices.allSatisfy { single[$0] == ($0 == length / 2 ? 1 : 0) })

            var infinite = [Float](repeating: -.infinity, count: length)
            infinite[0] = 5
            var infiniteSpan = infinite.mutableSpan
            kernels.softmax(inPlace: &infiniteSpan, rowLength: length)
            #expect(infinite.indices.allSatisfy { infinite[$0] == ($0 == 0 ? 1 : 0) })
        }
    }

    @Test(arguments: InstructionSet.supported, [true, false])
    func layerNorm(_ set: InstructionSet, hasBias: Bool) {
        let kernels = KernelTable(set)
        for length in lengths where length > 0 {
            var numbers = Numbers(seed: length)
            let input = numbers.floats(2 * length, in: 0...3)
            let scale = numbers.floats(length)
            let bias = numbers.floats(length)
            var expected: [Double] = []
            for row in [input[..<length], input[length...]] {
                let values = row.map { Double($0) }
                let mean = values.reduce(0, +) / Double(length)
                let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(length)
                for k in 0..<length {
                    let normal = (values[k] - mean) / (variance + 1e-3).squareRoot()
                    expected.append(normal * Double(scale[k]) + (hasBias ? Double(bias[k]) : 0))
                }
            }
            var output = [Float](repeating: .nan, count: input.count)
            var span = output.mutableSpan
            kernels.layerNorm(
                input.span, scale: scale.span, bias: hasBias ? bias.span : nil, epsilon: 1e-3, into: &span)
            // One number less its mean is 0: there is nothing to be relative to without a bias.
            #expect(relativeError(output, expected) < (length == 1 ? 1e-6 : 5e-7), "\(length)")
        }
    }

    @Test(arguments: InstructionSet.supported)
    func rmsNorm(_ set: InstructionSet) {
        for length in lengths where length > 0 {
            var numbers = Numbers(seed: length)
            let input = numbers.floats(2 * length, in: -3...3)
            let scale = numbers.floats(length)
            var expected: [Double] = []
            for row in [input[..<length], input[length...]] {
                let squares = row.reduce(0) { $0 + Double($1) * Double($1) } / Double(length)
                let factor = 1 / (squares + 1e-6).squareRoot()
                expected += zip(row, scale).map { Double($0) * factor * Double($1) }
            }
            var output = [Float](repeating: .nan, count: input.count)
            var span = output.mutableSpan
            KernelTable(set).rmsNorm(input.span, scale: scale.span, epsilon: 1e-6, into: &span)
            #expect(relativeError(output, expected) < 3e-7, "\(length)")
        }
    }

    @Test(arguments: InstructionSet.supported)
    func largestAndSumOfPowers(_ set: InstructionSet) {
        let kernels = KernelTable(set)
        for length in lengths {
            var numbers = Numbers(seed: length)
            let values = numbers.floats(length, in: -9...9)
            #expect(kernels.largest(values.span) == values.max() ?? -.infinity)
            let expected = values.reduce(0.0) { $0 + Foundation.exp(Double($1) - 9) }
            let found = Double(kernels.exponentialSum(values.span, offset: 9))
            #expect(abs(found - expected) <= 1e-6 * expected)
            if length > 0 {
                var broken = values
                broken[length / 2] = .nan
                #expect(kernels.exponentialSum(broken.span, offset: 9).isNaN)
                broken[length / 2] = .infinity
                #expect(kernels.exponentialSum(broken.span, offset: kernels.largest(broken.span)).isNaN)
            }
        }
    }

    @Test(arguments: InstructionSet.supported)
    func rotate(_ set: InstructionSet) {
        for half in lengths {
            var numbers = Numbers(seed: half)
            let input = numbers.floats(2 * half)
            let angles = numbers.floats(half, in: -3...3)
            let (cosines, sines) = (angles.map { cosf($0) }, angles.map { sinf($0) })
            var output = [Float](repeating: .nan, count: 2 * half)
            var span = output.mutableSpan
            KernelTable(set).rotate(input.span, cos: cosines.span, sin: sines.span, into: &span)
            let (c, s, x) = (cosines.map { Double($0) }, sines.map { Double($0) }, input.map { Double($0) })
            let low = (0..<half).map { x[$0] * c[$0] - x[$0 + half] * s[$0] }
            let high = (0..<half).map { x[$0 + half] * c[$0] + x[$0] * s[$0] }
            #expect(relativeError(output, low + high) < 2e-7)
        }
    }

    @Test(arguments: InstructionSet.supported)
    func rotateHeads(_ set: InstructionSet) {
        let kernels = KernelTable(set)
        let (positions, heads) = (3, 2)
        for half in [1, 4, 9, 64] {
            for tableRow in [half, 2 * half] {
                var numbers = Numbers(seed: half)
                let input = numbers.floats(positions * heads * 2 * half)
                let (cosines, sines) = (
                    numbers.floats(positions * tableRow), numbers.floats(positions * tableRow)
                )
                var output = [Float](repeating: .nan, count: input.count)
                var span = output.mutableSpan
                kernels.rotateHeads(
                    input.span, heads: heads, headSize: 2 * half, cos: cosines.span, sin: sines.span,
                    into: &span)
                for (head, table) in (0..<positions * heads).map({ ($0 * 2 * half, $0 / heads * tableRow) }) {
                    for i in 0..<half {
                        let (low, high) = (input[head + i], input[head + half + i])
                        let (c, s) = (cosines[table + i], sines[table + i])
                        #expect(abs(output[head + i] - (low * c - high * s)) < 1e-6)
                        #expect(abs(output[head + half + i] - (high * c + low * s)) < 1e-6)
                    }
                }
            }
        }
    }

    @Test(arguments: InstructionSet.supported)
    func sumsAndTheirNormalisation(_ set: InstructionSet) {
        let kernels = KernelTable(set)
        for length in lengths where length > 0 {
            var numbers = Numbers(seed: length)
            let (input, other) = (numbers.floats(2 * length), numbers.floats(2 * length))
            let (scale, bias) = (numbers.floats(length), numbers.floats(length))
            let expected = zip(input, other).map { $0 + $1 }
            var added = [Float](repeating: .nan, count: input.count)
            var addedSpan = added.mutableSpan
            kernels.add(input.span, other.span, into: &addedSpan)
            #expect(added == expected)
            var inPlace = input
            var inPlaceSpan = inPlace.mutableSpan
            kernels.add(other.span, to: &inPlaceSpan)
            #expect(inPlace == expected)

            var (plain, fused) = (added, added)
            var sum = [Float](repeating: .nan, count: input.count)
            var plainSpan = plain.mutableSpan
            kernels.rmsNorm(expected.span, scale: scale.span, epsilon: 1e-6, into: &plainSpan)
            var fusedSpan = fused.mutableSpan
            var sumSpan = sum.mutableSpan
            kernels.rmsNorm(
                input.span, adding: other.span, sum: &sumSpan, scale: scale.span, epsilon: 1e-6,
                into: &fusedSpan)
            #expect(plain == fused && sum == expected)
            var centredSpan = plain.mutableSpan
            kernels.layerNorm(
                expected.span, scale: scale.span, bias: bias.span, epsilon: 1e-6, into: &centredSpan)
            var fusedCentredSpan = fused.mutableSpan
            var sumAgainSpan = sum.mutableSpan
            kernels.layerNorm(
                input.span, adding: other.span, sum: &sumAgainSpan, scale: scale.span, bias: bias.span,
                epsilon: 1e-6, into: &fusedCentredSpan)
            #expect(plain == fused && sum == expected)
        }
    }
}
