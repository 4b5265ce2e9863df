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

    /// Positions from a dilated window's first to its last.
    private static func extent(_ kernel: Int, _ dilation: Int) throws(OperatorError) -> Int {
        let (reach, overflow) = (kernel - 1).multipliedReportingOverflow(by: dilation)
        guard !overflow, reach <= 1 << 40 else {
            throw .invalid("convolution kernel of \(kernel) with dilation \(dilation)")
        }
        return reach + 1
    }

    var outputCount: Int { output.reduce(1, *) }

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
        let segments = segments(of: positions)
        var target = 0
        var offsets = [Int](repeating: 0, count: kernel.count)
        for row in 0..<source.count / imageSize * kernelSize {
            let (channel, tap) = row.quotientAndRemainder(dividingBy: kernelSize)
            locate(tap, in: kernel, &offsets)
            for axis in offsets.indices {
                offsets[axis] = offsets[axis] * dilations[axis] - padsBefore[axis]
            }
            for segment in segments {
                write(
                    segment, of: source, from: channel * imageSize, offsets, into: &columns, at: target)
                target += segment.columns.count
            }
        }
    }

    /// Output positions that differ only in the last axis.
    private struct Segment {
        /// Window starts along the axes before the last, in input positions before padding.
        let starts: [Int]
        /// Along the last axis.
        let columns: Range<Int>
    }

    private func segments(of positions: Range<Int>) -> [Segment] {
        let last = output.count - 1
        let width = output[last]
        var result: [Segment] = []
        var index = [Int](repeating: 0, count: last)
        var position = positions.lowerBound
        while position < positions.upperBound {
            let (line, column) = position.quotientAndRemainder(dividingBy: width)
            let end = min(width, column + positions.upperBound - position)
            locate(line, in: Array(output[..<last]), &index)
            result.append(
                Segment(starts: index.indices.map { index[$0] * strides[$0] }, columns: column..<end))
            position += end - column
        }
        return result
    }

    /// One kernel position's input under one segment.
    private func write<Element: BLASElement>(
        _ segment: Segment, of source: Span<Element>, from image: Int, _ offsets: [Int],
        into target: inout MutableSpan<Element>, at start: Int
    ) {
        let last = input.count - 1
        let count = segment.columns.count
        var line = 0
        for axis in 0..<last {
            let position = segment.starts[axis] + offsets[axis]
            guard position >= 0 && position < input[axis] else {
                for index in start..<start + count { target[index] = 0 }
                return
            }
            line = line * input[axis] + position
        }
        let first = image + line * input[last]
        let stride = strides[last]
        // Input position of the segment's first column; the columns from `low` to `high` are inside.
        let position = segment.columns.lowerBound * stride + offsets[last]
        let low = position >= 0 ? 0 : min(count, (-position + stride - 1) / stride)
        let beyond = input[last] - position
        let high = beyond <= 0 ? low : max(low, min(count, (beyond + stride - 1) / stride))
        for index in start..<start + low { target[index] = 0 }
        if stride == 1 {
            for index in low..<high { target[start + index] = source[first + position + index] }
        } else {
            for index in low..<high { target[start + index] = source[first + position + index * stride] }
        }
        for index in start + high..<start + count { target[index] = 0 }
    }

    /// The coordinates of a row-major index.
    private func locate(_ index: Int, in dimensions: [Int], _ coordinates: inout [Int]) {
        var rest = index
        for axis in stride(from: dimensions.count - 1, through: 0, by: -1) {
            (rest, coordinates[axis]) = rest.quotientAndRemainder(dividingBy: dimensions[axis])
        }
    }
}
