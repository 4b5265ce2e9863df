import Foundation
import Kernels
import Testing
import Threading

@Suite struct MatMulTests {
    private static let pool = ThreadPool(threads: 2)

    /// Rows, columns, depth: about the lanes, tiles, panels and panel depths of every instruction set.
    private static let shapes: [(Int, Int, Int)] = {
        var shapes: [(Int, Int, Int)] = []
        for rows in [1, 2, 5, 6, 7, 13, 14, 15, 16, 17, 29, 43] { shapes.append((rows, 33, 19)) }
        for columns in [1, 3, 4, 7, 8, 9, 15, 16, 17, 31, 32, 47, 64, 65] { shapes.append((9, columns, 21)) }
        for depth in [0, 1, 2, 3, 4, 5, 15, 16, 17, 255, 256, 257, 600] { shapes.append((15, 40, depth)) }
        return shapes + [(0, 5, 5), (5, 0, 5), (143, 300, 520), (470, 40, 300), (500, 3, 17), (64, 640, 64)]
    }()

    /// Float32 numbers one byte off alignment.
    private struct Unaligned {
        let numbers: [Float]
        private let storage: [UInt8]

        init(_ numbers: [Float]) {
            self.numbers = numbers
            var bytes: [UInt8] = [0]
            numbers.withUnsafeBytes { bytes += $0 }
            storage = bytes
        }

        var bytes: RawSpan {
            @_lifetime(borrow self)
            get {
                let all = storage.span.bytes
                return all.extracting(1..<all.byteCount)
            }
        }
    }

    private static func activate(_ x: Double, _ activation: ProductEpilogue.Activation) -> Double {
        switch activation {
        case .none: x
        case .gelu: 0.5 * x * Foundation.erfc(-x / 2.0.squareRoot())
        case .silu: x / (1 + Foundation.exp(-x))
        }
    }

    @Test(arguments: InstructionSet.supported, [false, true])
    func anyShape(_ set: InstructionSet, isTransposed: Bool) {
        let kernels = KernelTable(set)
        for (index, (rows, columns, depth)) in Self.shapes.enumerated() {
            var numbers = Numbers(seed: index)
            // Rows further apart than they are long.
            let (aStride, bStride) = (depth + index % 3, (isTransposed ? depth : columns) + index % 2)
            let a = Unaligned(numbers.floats(max(0, (rows - 1) * aStride + depth)))
            let bLines = isTransposed ? columns : depth
            let bLength = isTransposed ? depth : columns
            let b = Unaligned(numbers.floats(bLines == 0 ? 0 : (bLines - 1) * bStride + bLength))
            var expected: [Double] = []
            for m in 0..<rows {
                for n in 0..<columns {
                    var sum = 0.0
                    for k in 0..<depth {
                        let weight = b.numbers[isTransposed ? n * bStride + k : k * bStride + n]
                        sum += Double(a.numbers[m * aStride + k]) * Double(weight)
                    }
                    expected.append(sum)
                }
            }
            var output = [Float](repeating: .nan, count: rows * columns)
            var span = output.mutableSpan
            kernels.matMul(
                MatrixOperand(a.bytes, rows: rows, columns: depth, stride: aStride),
                MatrixOperand(
                    b.bytes, rows: depth, columns: columns, stride: bStride, isTransposed: isTransposed),
                into: &span, on: Self.pool)
            #expect(relativeError(output, expected) < 1e-6, "\(rows)×\(depth)×\(columns)")
        }
    }

    @Test(arguments: InstructionSet.supported, ProductEpilogue.Activation.allCases)
    func epilogues(_ set: InstructionSet, activation: ProductEpilogue.Activation) {
        let kernels = KernelTable(set)
        for (rows, columns, depth) in [(1, 1, 1), (7, 19, 5), (30, 65, 300), (3, 4, 0)] {
            for (hasBias, hasResidual) in [(true, false), (false, true), (true, true)] {
                var numbers = Numbers(seed: rows)
                let a = numbers.floats(rows * depth)
                let b = numbers.floats(depth * columns)
                let bias = numbers.floats(columns)
                // Rows of the output, and of the residual, further apart than they are long.
                let stride = columns + 3
                let residual = numbers.floats(rows * stride)
                var output = [Float](repeating: 7, count: rows * stride)
                var span = output.mutableSpan
                kernels.matMul(
                    MatrixOperand(a.span, rows: rows, columns: depth),
                    MatrixOperand(b.span, rows: depth, columns: columns),
                    ProductEpilogue(
                        bias: hasBias ? bias.span : nil, activation: activation,
                        residual: hasResidual ? residual.span : nil),
                    into: &span, outputStride: stride, on: Self.pool)
                for m in 0..<rows {
                    for n in 0..<columns {
                        var sum = hasBias ? Double(bias[n]) : 0
                        for k in 0..<depth { sum += Double(a[m * depth + k]) * Double(b[k * columns + n]) }
                        var expected = Self.activate(sum, activation)
                        if hasResidual { expected += Double(residual[m * stride + n]) }
                        #expect(abs(Double(output[m * stride + n]) - expected) < 2e-5)
                    }
                    #expect(output[(m * stride + columns)..<((m + 1) * stride)].allSatisfy { $0 == 7 })
                }
            }
        }
    }

    /// Results that are large enough to be written past the caches, with whole panels at the end and with less of one,
    /// and as large ones that begin within a cache line.
    @Test(arguments: InstructionSet.supported, [(64, 640), (71, 496), (2, 16_400), (40, 1_000), (143, 256)])
    func resultsWrittenPastTheCaches(_ set: InstructionSet, _ size: (rows: Int, columns: Int)) {
        let kernels = KernelTable(set)
        let (rows, columns) = size
        // Once in several parts.
        let depth = rows == 71 ? 330 : 5
        for offset in depth > 5 ? [0] : [0, 1, 15] {
            var numbers = Numbers(seed: rows + offset)
            let (a, b) = (numbers.floats(rows * depth), numbers.floats(depth * columns))
            let (bias, residual) = (numbers.floats(columns), numbers.floats(rows * columns))
            let memory = CacheLines(offset + rows * columns + 1)
            let place = offset..<offset + rows * columns
            memory.write(place) { output in
                kernels.matMul(
                    MatrixOperand(a.span, rows: rows, columns: depth),
                    MatrixOperand(b.span, rows: depth, columns: columns),
                    ProductEpilogue(bias: bias.span, activation: .gelu, residual: residual.span),
                    into: &output, on: Self.pool)
            }
            let expected = (0..<rows * columns).map { index in
                let (m, n) = index.quotientAndRemainder(dividingBy: columns)
                let sum = (0..<depth).reduce(Double(bias[n])) {
                    $0 + Double(a[m * depth + $1]) * Double(b[$1 * columns + n])
                }
                return Self.activate(sum, .gelu) + Double(residual[index])
            }
            let output = memory.array
            #expect(relativeError(Array(output[place]), expected) < 1e-6, "\(size) from \(offset)")
            // Nothing before or behind it.
            #expect(output[..<offset].allSatisfy(\.isNaN) && output[place.upperBound].isNaN)
        }
    }

    /// Groups of every number of rows that an instruction set takes, and of none that it does not.
    @Test(arguments: InstructionSet.supported, [(1, 1), (3, 33), (5, 64), (161, 65)])
    func groupsOfRows(_ set: InstructionSet, _ size: (depth: Int, columns: Int)) {
        let kernels = KernelTable(set)
        let (depth, columns) = size
        let taken = (1...20).filter { kernels.takesGroups(of: $0) }
        #expect(!taken.isEmpty && taken == Array(taken[0]...taken[taken.count - 1]))
        for rowsPerGroup in taken {
            for groups in [0, 1, 2, 7] {
                var numbers = Numbers(seed: rowsPerGroup)
                let rows = groups * rowsPerGroup
                let a = numbers.floats(rows * depth)
                let b = numbers.floats(depth * columns)
                let (bias, residual) = (numbers.floats(columns), numbers.floats(rows * columns))
                var output = [Float](repeating: .nan, count: rows * columns)
                var span = output.mutableSpan
                kernels.matMul(
                    RowGroups(a.span, rowsPerGroup: rowsPerGroup, columns: depth),
                    MatrixOperand(b.span, rows: depth, columns: columns),
                    ProductEpilogue(bias: bias.span, activation: .gelu, residual: residual.span),
                    into: &span, on: Self.pool)
                let expected = (0..<rows * columns).map { index in
                    let (row, n) = index.quotientAndRemainder(dividingBy: columns)
                    let (group, place) = row.quotientAndRemainder(dividingBy: rowsPerGroup)
                    let sum = (0..<depth).reduce(Double(bias[n])) { sum, k in
                        let factor = a[(group * depth + k) * rowsPerGroup + place]
                        return sum + Double(factor) * Double(b[k * columns + n])
                    }
                    return Self.activate(sum, .gelu) + Double(residual[index])
                }
                #expect(relativeError(output, expected) < 1e-6, "\(groups) groups of \(rowsPerGroup)")
            }
        }
    }

    @Test(arguments: InstructionSet.supported)
    func convolutions(_ set: InstructionSet) {
        let shapes = [
            ConvolutionShape(
                channels: 3, height: 11, width: 26, window: (3, 3), strides: (2, 2), padding: (1, 1),
                output: (6, 13)),
            ConvolutionShape(
                channels: 2, height: 5, width: 37, window: (2, 3), strides: (1, 1), dilations: (2, 3),
                padding: (0, 4), output: (3, 39)),
            ConvolutionShape(
                channels: 1, height: 1, width: 70, window: (1, 5), strides: (1, 3), padding: (0, 2),
                output: (1, 24)),
            ConvolutionShape(
                channels: 2, height: 3, width: 1, window: (3, 3), padding: (1, 1), output: (3, 1)),
            ConvolutionShape(
                channels: 1, height: 2, width: 2, window: (1, 1), strides: (1, 2), padding: (3, 5),
                output: (9, 8)),
        ]
        for (index, shape) in shapes.enumerated() {
            for (images, channels) in [(1, 5), (3, 20)] {
                expectConvolution(set, shape, images, channels, seed: index)
            }
        }
        // Written past the caches.
        let large = ConvolutionShape(
            channels: 1, height: 32, width: 44, window: (1, 2), padding: (0, 0), output: (32, 43))
        for channels in [24, 25] { expectConvolution(set, large, 2, channels, seed: channels) }
    }

    /// Windows of 3 × 3 with strides of 2, which 16 channels or more have computed by Winograd's method: sizes about its
    /// cells of 2 × 2 outputs, their vectors and panels, channels about its parts.
    @Test(arguments: InstructionSet.supported)
    func stridedConvolutions(_ set: InstructionSet) {
        let sizes = [
            (2, 2), (4, 4), (6, 7), (7, 16), (8, 29), (5, 30), (4, 31), (2, 32), (16, 13), (2, 65), (7, 128),
            (70, 2), (6, 40),
        ]
        for (index, output) in sizes.enumerated() {
            let padding: (top: Int, left: Int) = [(1, 1), (0, 0), (1, 0), (4, 6), (2, 40)][index % 5]
            // As many rows and columns as the last window needs, or fewer: what is beyond them is padding.
            let missing = index % 3
            let shape = ConvolutionShape(
                channels: 16, height: max(1, 2 * output.0 + 1 - padding.top - missing),
                width: max(1, 2 * output.1 + 1 - padding.left - missing), window: (3, 3), strides: (2, 2),
                padding: padding, output: output)
            expectConvolution(set, shape, 1 + index % 3, [1, 5, 6, 13, 14, 15, 31][index % 7], seed: index)
        }
        for channels in [15, 17, 47, 48, 49, 97, 145] {
            let shape = ConvolutionShape(
                channels: channels, height: 8, width: 50, window: (3, 3), strides: (2, 2), padding: (1, 1),
                output: (4, 25))
            expectConvolution(set, shape, 2, 30, seed: channels)
        }
    }

    private func expectConvolution(
        _ set: InstructionSet, _ shape: ConvolutionShape, _ images: Int, _ channels: Int, seed: Int
    ) {
        let kernels = KernelTable(set)
        var numbers = Numbers(seed: seed)
        let input = numbers.floats(images * shape.channels * shape.height * shape.width)
        let depth = shape.channels * shape.window.height * shape.window.width
        let weights = Unaligned(numbers.floats(channels * depth))
        let bias = seed == 0 ? nil : numbers.floats(channels)
        let activation = ProductEpilogue.Activation.allCases[seed % 3]
        let positions = shape.output.height * shape.output.width
        let output = CacheLines(images * channels * positions)
        let packed = kernels.packConvolution(
            MatrixOperand(weights.bytes, rows: channels, columns: depth, stride: depth), shape, on: Self.pool)
        output.write(0..<images * channels * positions) {
            kernels.convolve(
                input.span, images: images, weights: packed, bias: bias?.span, activation: activation,
                into: &$0, on: Self.pool)
        }
        let expected = Self.convolution(input, images, shape, weights.numbers, bias, channels)
        #expect(
            relativeError(output.array, expected.map { Self.activate($0, activation) }) < 2e-6,
            "\(shape), \(images) images, \(channels) channels")
    }

    /// The definition in float64.
    private static func convolution(
        _ input: [Float], _ images: Int, _ shape: ConvolutionShape, _ weights: [Float], _ bias: [Float]?,
        _ channels: Int
    ) -> [Double] {
        var result: [Double] = []
        for image in 0..<images {
            for channel in 0..<channels {
                for position in 0..<shape.output.height * shape.output.width {
                    let (row, column) = position.quotientAndRemainder(dividingBy: shape.output.width)
                    var sum = Double(bias?[channel] ?? 0)
                    var weight = channel * shape.channels * shape.window.height * shape.window.width
                    for source in 0..<shape.channels {
                        for tap in 0..<shape.window.height * shape.window.width {
                            let (down, right) = tap.quotientAndRemainder(dividingBy: shape.window.width)
                            let y = row * shape.strides.rows + down * shape.dilations.rows - shape.padding.top
                            let x =
                                column * shape.strides.columns + right * shape.dilations.columns
                                - shape.padding.left
                            if (0..<shape.height).contains(y) && (0..<shape.width).contains(x) {
                                let plane = image * shape.channels + source
                                let value = input[(plane * shape.height + y) * shape.width + x]
                                sum += Double(value) * Double(weights[weight])
                            }
                            weight += 1
                        }
                    }
                    result.append(sum)
                }
            }
        }
        return result
    }
}
