import Tensors

/// ONNX Slice: a view; starts, ends, axes and steps are inputs (since opset 10) or attributes.
struct Slice: Operator {
    private let starts: [Int]?
    private let ends: [Int]?
    private let axes: [Int]?

    init(_ node: OperatorNode) throws(OperatorError) {
        starts = try node.attributes.ints("starts")
        ends = try node.attributes.ints("ends")
        axes = try node.attributes.ints("axes")
    }

    func run(_ inputs: OperatorInputs, _ context: OperatorContext) throws(OperatorError) -> [Tensor] {
        var result = try inputs.tensor(0, "data")
        guard let starts = try inputs.integers(1, "starts") ?? starts else {
            throw .missingInput(name: "starts")
        }
        guard let ends = try inputs.integers(2, "ends") ?? ends else { throw .missingInput(name: "ends") }
        let axes = try inputs.integers(3, "axes") ?? axes ?? Array(starts.indices)
        let steps = try inputs.integers(4, "steps") ?? [Int](repeating: 1, count: starts.count)
        guard ends.count == starts.count, axes.count == starts.count, steps.count == starts.count else {
            throw .invalid("starts, ends, axes and steps differ in length")
        }
        _ = try result.shape.mask(ofAxes: axes)
        for index in starts.indices {
            let axis = try result.shape.requiredAxis(axes[index])
            guard steps[index] != 0 else { throw .invalid("a step is 0") }
            let range = SliceRange(
                start: starts[index], end: ends[index], step: steps[index], length: result.shape[axis])
            result = result.sliced(axis: axis, start: range.start, count: range.count, step: range.step)
        }
        return [result]
    }
}

/// Start, count and step within an axis, from ONNX's start and end, which may be negative or far outside.
private struct SliceRange {
    let start: Int
    let count: Int
    let step: Int

    init(start: Int, end: Int, step: Int, length: Int) {
        // Steps beyond the axis are all the same, and -Int.min would overflow.
        let step = min(max(step, -length - 1), length + 1)
        let start = start < 0 ? start + length : start
        let end = end < 0 ? end + length : end
        let bounds = step > 0 ? 0...length : -1...max(-1, length - 1)
        let first = start.clamped(to: bounds)
        let distance = step > 0 ? end.clamped(to: bounds) - first : first - end.clamped(to: bounds)
        count = distance <= 0 ? 0 : (distance - 1) / abs(step) + 1
        self.start = first
        self.step = step
    }
}

extension Int {
    fileprivate func clamped(to range: ClosedRange<Int>) -> Int {
        Swift.min(Swift.max(self, range.lowerBound), range.upperBound)
    }
}

/// ONNX Split: views of equal or given lengths along an axis. The lengths are an input (since opset 13) or
/// attribute; without them `num_outputs` (since opset 18) or the node's outputs tell the number of parts.
struct Split: Operator {
    private let axis: Int
    private let lengths: [Int]?
    private let parts: Int
    private let allowsShorterLast: Bool

    init(_ node: OperatorNode) throws(OperatorError) {
        axis = try node.attributes.int("axis", default: 0)
        lengths = try node.attributes.ints("split")
        let count = try node.attributes.int("num_outputs")
        parts = count ?? node.outputCount
        allowsShorterLast = count != nil
        guard parts > 0 else { throw .attribute(name: "num_outputs", reason: "is not positive") }
    }

    func run(_ inputs: OperatorInputs, _ context: OperatorContext) throws(OperatorError) -> [Tensor] {
        let input = try inputs.tensor(0, "input")
        let axis = try input.shape.requiredAxis(axis)
        let length = input.shape[axis]
        let given = try inputs.integers(1, "split") ?? lengths
        let lengths = if let given { given } else { try equalLengths(of: length) }
        var outputs: [Tensor] = []
        var start = 0
        for part in lengths {
            guard part >= 0, part <= length - start else {
                throw .invalid("parts \(lengths) do not fit axis \(axis) of \(input.shape)")
            }
            outputs.append(input.sliced(axis: axis, start: start, count: part))
            start += part
        }
        guard start == length else {
            throw .invalid("parts \(lengths) do not fill axis \(axis) of \(input.shape)")
        }
        return outputs
    }

    private func equalLengths(of length: Int) throws(OperatorError) -> [Int] {
        let part = length / parts + (length % parts == 0 ? 0 : 1)
        guard length % parts == 0 || (allowsShorterLast && part * (parts - 1) <= length) else {
            throw .invalid("\(length) elements cannot be split into \(parts) parts")
        }
        return (0..<parts).map { min(part, length - $0 * part) }
    }
}
