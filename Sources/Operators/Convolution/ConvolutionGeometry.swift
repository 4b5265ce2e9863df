internal import Kernels
internal import Tensors

/// The attributes that say how a window moves over spatial axes, as `Conv` has them.
struct ConvolutionWindow: Sendable {
    enum Padding: Sendable {
        /// Begin of each axis, then end of each axis.
        case explicit([Int]?)
        case same(extraAtEnd: Bool)
    }

    let kernel: [Int]?
    let strides: [Int]?
    let dilations: [Int]?
    let padding: Padding

    init(_ attributes: OperatorAttributes) throws(OperatorError) {
        kernel = try attributes.ints("kernel_shape")
        strides = try attributes.ints("strides")
        dilations = try attributes.ints("dilations")
        for (name, values) in [("kernel_shape", kernel), ("strides", strides), ("dilations", dilations)] {
            if let values, values.contains(where: { $0 < 1 || $0 > 1 << 31 }) {
                throw .attribute(name: name, reason: "is \(values)")
            }
        }
        let pads = try attributes.ints("pads")
        if let pads, pads.contains(where: { $0 < 0 || $0 > 1 << 31 }) {
            throw .attribute(name: "pads", reason: "is \(pads)")
        }
        switch try attributes.string("auto_pad") ?? "NOTSET" {
        case "NOTSET", "": padding = .explicit(pads)
        case "VALID": padding = .explicit(nil)
        case "SAME_UPPER": padding = .same(extraAtEnd: true)
        case "SAME_LOWER": padding = .same(extraAtEnd: false)
        case let other: throw .attribute(name: "auto_pad", reason: "is \(other)")
        }
    }
}

/// A window's way over an input of known size.
struct ConvolutionGeometry: Sendable {
    let input: [Int]
    let kernel: [Int]
    let output: [Int]
    private let strides: [Int]
    private let dilations: [Int]
    private let padsBefore: [Int]
    /// Whether the patches are the input itself.
    let isPointwise: Bool

    init(_ window: ConvolutionWindow, input: [Int], kernel: [Int]) throws(OperatorError) {
        let rank = input.count
        func checked(_ values: [Int]?, _ name: String, count: Int, default fallback: Int)
            throws(OperatorError) -> [Int]
        {
            let values = values ?? [Int](repeating: fallback, count: count)
            guard values.count == count else {
                throw .attribute(name: name, reason: "is \(values) for \(rank) spatial axes")
            }
            return values
        }
        if let declared = window.kernel, declared != kernel {
            throw .attribute(name: "kernel_shape", reason: "is \(declared), the weights' is \(kernel)")
        }
        guard kernel.allSatisfy({ $0 > 0 }) else { throw .invalid("convolution kernel of shape \(kernel)") }
        strides = try checked(window.strides, "strides", count: rank, default: 1)
        dilations = try checked(window.dilations, "dilations", count: rank, default: 1)
        var before = [Int](repeating: 0, count: rank)
        var output = before
        for axis in 0..<rank {
            let extent = try Self.extent(kernel[axis], dilations[axis])
            var total: Int
            switch window.padding {
            case .explicit(let pads):
                let pads = try checked(pads, "pads", count: 2 * rank, default: 0)
                before[axis] = pads[axis]
                total = pads[axis] + pads[rank + axis]
            case .same(let extraAtEnd):
                let count = (input[axis] + strides[axis] - 1) / strides[axis]
                total = max(0, (count - 1) * strides[axis] + extent - input[axis])
                before[axis] = extraAtEnd ? total / 2 : (total + 1) / 2
            }
            guard input[axis] + total >= extent else {
                throw .invalid("convolution kernel of extent \(extent) over \(input[axis]) + \(total)")
            }
            output[axis] = (input[axis] + total - extent) / strides[axis] + 1
        }
        self.input = input
        self.kernel = kernel
        self.output = try Shape.result(output).dimensions
        padsBefore = before
        isPointwise =
            kernel.allSatisfy { $0 == 1 } && output == input && strides.allSatisfy { $0 == 1 }
            && before.allSatisfy { $0 == 0 }
    }

    /// - Parameters:
    ///   - input: `[images, channels, …]`
    ///   - weights: `[output channels, channels, …]` of the same rank.
    init(_ window: ConvolutionWindow, input: Shape, weights: Shape) throws(OperatorError) {
        try self.init(
            window, input: Array(input.dimensions.dropFirst(2)),
            kernel: Array(weights.dimensions.dropFirst(2)))
    }

    /// Positions from a dilated window's first to its last.
    private static func extent(_ kernel: Int, _ dilation: Int) throws(OperatorError) -> Int {
        let (reach, overflow) = (kernel - 1).multipliedReportingOverflow(by: dilation)
        guard !overflow, reach <= 1 << 40 else {
            throw .invalid("convolution kernel of \(kernel) with dilation \(dilation)")
        }
        return reach + 1
    }

    var outputCount: Int { output.reduce(1, *) }

    /// As the kernels take it; nil if there are more than two spatial axes.
    func kernelShape(channels: Int) -> ConvolutionShape? {
        guard (1...2).contains(input.count) else { return nil }
        // One axis is an image of one row.
        func pair(_ values: [Int], _ first: Int) -> (Int, Int) {
            values.count == 2 ? (values[0], values[1]) : (first, values[0])
        }
        return ConvolutionShape(
            channels: channels, height: pair(input, 1).0, width: pair(input, 1).1, window: pair(kernel, 1),
            strides: pair(strides, 1), dilations: pair(dilations, 1), padding: pair(padsBefore, 0),
            output: pair(output, 1))
    }

    /// Writes the matrix whose columns are the window's contents at some output positions: a row for each
    /// channel and kernel position, zeros where the window is over padding.
    ///
    /// - Parameter source: the channels, each of the input's size.
    func writePatches<Element: BLASElement>(
        of source: Span<Element>, _ positions: Range<Int>, into columns: inout MutableSpan<Element>
    ) {
        let imageSize = input.reduce(1, *)
        let kernelSize = kernel.reduce(1, *)
        guard imageSize > 0 else {
            for index in 0..<columns.count { columns[index] = 0 }
            return
        }
        let channels = source.count / imageSize
        for tap in 0..<kernelSize {
            // What a kernel position reads is at the same places in all channels.
            let runs = runs(of: positions, tap: tap)
            for channel in 0..<channels {
                let image = source.extracting(channel * imageSize..<(channel + 1) * imageSize)
                let row = (channel * kernelSize + tap) * positions.count
                var target = columns.part(row..<row + positions.count)
                for run in runs { copy(run, from: image, into: &target) }
            }
        }
    }

    /// Neighbouring columns whose elements are equally far apart in the input.
    private struct Run {
        /// Columns over padding before and after the others are 0.
        let zerosBefore: Range<Int>
        let columns: Range<Int>
        let zerosAfter: Range<Int>
        /// Of the first of `columns` in the input.
        let source: Int
    }

    private func copy<Element: BLASElement>(
        _ run: Run, from image: Span<Element>, into target: inout MutableSpan<Element>
    ) {
        for index in run.zerosBefore { target[index] = 0 }
        for index in run.zerosAfter { target[index] = 0 }
        guard !run.columns.isEmpty else { return }
        let stride = strides[strides.count - 1]
        let count = run.columns.count
        var part = target.part(run.columns)
        let source = image.extracting(run.source..<run.source + (count - 1) * stride + 1)
        if stride == 1 {
            for index in 0..<count { part[index] = source[index] }
        } else {
            for index in 0..<count { part[index] = source[index &* stride] }
        }
    }

    /// Where the window's element at one kernel position comes from, for some output positions.
    private func runs(of positions: Range<Int>, tap: Int) -> [Run] {
        let last = output.count - 1
        var offsets = coordinates(tap, in: kernel)
        for axis in offsets.indices { offsets[axis] = offsets[axis] * dilations[axis] - padsBefore[axis] }
        var result: [Run] = []
        var position = positions.lowerBound
        while position < positions.upperBound {
            let (line, first) = position.quotientAndRemainder(dividingBy: output[last])
            let count = min(output[last] - first, positions.upperBound - position)
            let target = position - positions.lowerBound..<position - positions.lowerBound + count
            result.append(run(line: line, first: first, target, offsets))
            position += count
        }
        return result
    }

    /// - Parameters:
    ///   - line: output position along the axes before the last.
    ///   - first: along the last axis.
    ///   - target: the columns of these positions.
    ///   - offsets: of the kernel position from the window's place without padding.
    private func run(line: Int, first: Int, _ target: Range<Int>, _ offsets: [Int]) -> Run {
        let last = output.count - 1
        let start = target.lowerBound
        let nothing = Run(zerosBefore: target, columns: start..<start, zerosAfter: start..<start, source: 0)
        var inputLine = 0
        for (axis, place) in coordinates(line, in: Array(output[..<last])).enumerated() {
            let position = place * strides[axis] + offsets[axis]
            guard position >= 0 && position < input[axis] else { return nothing }
            inputLine = inputLine * input[axis] + position
        }
        let stride = strides[last]
        let position = first * stride + offsets[last]
        let low = position >= 0 ? 0 : min(target.count, (-position + stride - 1) / stride)
        let beyond = input[last] - position
        let high = beyond <= 0 ? low : max(low, min(target.count, (beyond + stride - 1) / stride))
        guard low < high else { return nothing }
        return Run(
            zerosBefore: start..<start + low, columns: start + low..<start + high,
            zerosAfter: start + high..<target.upperBound,
            source: inputLine * input[last] + position + low * stride)
    }

    /// The place of a row-major index.
    private func coordinates(_ index: Int, in dimensions: [Int]) -> [Int] {
        var rest = index
        var result = [Int](repeating: 0, count: dimensions.count)
        for axis in dimensions.indices.reversed() {
            (rest, result[axis]) = rest.quotientAndRemainder(dividingBy: dimensions[axis])
        }
        return result
    }
}
