import Tensors

/// ONNX Pad: pads, value and axes are inputs (since opset 11 and 18) or attributes; negative pads crop.
struct Pad: Operator {
    private enum Mode: String {
        case constant, reflect, edge, wrap
    }

    private let mode: Mode
    private let pads: [Int]?
    private let value: Float

    init(_ node: OperatorNode) throws(OperatorError) {
        let name = try node.attributes.string("mode") ?? Mode.constant.rawValue
        guard let mode = Mode(rawValue: name) else {
            throw .attribute(name: "mode", reason: "is \(name), which is unknown")
        }
        self.mode = mode
        pads = try node.attributes.ints("pads")
        value = try node.attributes.float("value", default: 0)
    }

    func run(_ inputs: OperatorInputs, _ context: OperatorContext) throws(OperatorError) -> [Tensor] {
        var result = try inputs.tensor(0, "data")
        guard let pads = try inputs.integers(1, "pads") ?? pads else { throw .missingInput(name: "pads") }
        let axes = try inputs.integers(3, "axes") ?? Array(0..<result.rank)
        guard pads.count == 2 * axes.count else {
            throw .invalid("\(pads.count) pads for \(axes.count) axes")
        }
        let fill =
            try inputs.scalar(2, "constant_value", like: result)
            ?? Tensor(scalar: value).cast(to: result.elementType, context)
        _ = try result.shape.mask(ofAxes: axes)
        for (index, axis) in axes.enumerated() {
            let axis = try result.shape.requiredAxis(axis)
            let (before, after) = (pads[index], pads[axes.count + index])
            result = try cropped(result, axis, before: before, after: after)
            result = try padded(result, axis, before: max(0, before), after: max(0, after), fill, context)
        }
        return [result]
    }

    private func cropped(
        _ tensor: Tensor, _ axis: Int, before: Int, after: Int
    ) throws(OperatorError) -> Tensor {
        guard before < 0 || after < 0 else { return tensor }
        let length = tensor.shape[axis]
        // Compared one after the other: their sum might overflow.
        let start = -max(min(0, before), -Int.max)
        guard start <= length, max(min(0, after), -Int.max) >= start - length else {
            throw .invalid("pads crop more than axis \(axis) of shape \(tensor.shape)")
        }
        return tensor.sliced(axis: axis, start: start, count: length - start + min(0, after))
    }

    private func padded(
        _ tensor: Tensor, _ axis: Int, before: Int, after: Int, _ fill: Tensor, _ context: OperatorContext
    ) throws(OperatorError) -> Tensor {
        guard before > 0 || after > 0 else { return tensor }
        if mode == .constant {
            var parts: [Tensor] = []
            var dimensions = tensor.shape.dimensions
            dimensions[axis] = before
            if before > 0 { parts.append(fill.broadcast(to: try .result(dimensions))) }
            parts.append(tensor)
            dimensions[axis] = after
            if after > 0 { parts.append(fill.broadcast(to: try .result(dimensions))) }
            return try .concatenated(parts, axis: axis, context)
        }
        let length = tensor.shape[axis]
        let (partial, overflow) = before.addingReportingOverflow(after)
        let (total, overflowAgain) = partial.addingReportingOverflow(length)
        guard length > 0, !overflow, !overflowAgain else {
            throw .invalid("axis \(axis) of shape \(tensor.shape) cannot be padded by \(before) and \(after)")
        }
        var dimensions = tensor.shape.dimensions
        dimensions[axis] = total
        _ = try Shape.result(dimensions)
        let indices = (0..<total).map { source(of: $0 - before, length: length) }
        return try tensor.gathered(axis: axis, indices: indices, context)
    }

    /// The element of an axis that a place before, in or after it takes its value from.
    private func source(of place: Int, length: Int) -> Int {
        switch mode {
        case .constant, .edge: return min(max(0, place), length - 1)
        case .wrap: return (place % length + length) % length
        case .reflect:
            let period = max(1, 2 * (length - 1))
            let phase = (place % period + period) % period
            return min(phase, period - phase)
        }
    }
}
