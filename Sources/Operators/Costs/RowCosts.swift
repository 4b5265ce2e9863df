internal import Tensors

// Operators whose kernel several share, and those that read less than their inputs.

extension LayerNormalization {
    func cost(of call: OperatorCall) -> OperatorCost { OperatorCost(moving: call, kernel: "norm rows") }
}

extension SimplifiedLayerNormalization {
    func cost(of call: OperatorCall) -> OperatorCost { OperatorCost(moving: call, kernel: "norm rows") }
}

extension RMSNormalization {
    func cost(of call: OperatorCall) -> OperatorCost { OperatorCost(moving: call, kernel: "norm rows") }
}

extension SkipLayerNormalization {
    func cost(of call: OperatorCall) -> OperatorCost { OperatorCost(moving: call, kernel: "norm rows") }
}

extension SkipSimplifiedLayerNormalization {
    func cost(of call: OperatorCall) -> OperatorCost { OperatorCost(moving: call, kernel: "norm rows") }
}

extension RotaryHeads {
    func cost(of call: OperatorCall) -> OperatorCost { OperatorCost(moving: call, kernel: "rotary rows") }
}

extension Gelu {
    func cost(of call: OperatorCall) -> OperatorCost { OperatorCost(moving: call, kernel: "gelu rows") }
}

extension BiasGelu {
    func cost(of call: OperatorCall) -> OperatorCost { OperatorCost(moving: call, kernel: "gelu rows") }
}

extension SwiGLU {
    func cost(of call: OperatorCall) -> OperatorCost { OperatorCost(moving: call, kernel: "silu rows") }
}

extension Softmax {
    func cost(of call: OperatorCall) -> OperatorCost { OperatorCost(moving: call, kernel: "softmax rows") }
}

extension Gather {
    func cost(of call: OperatorCall) -> OperatorCost { OperatorCost(selecting: call) }
}

extension GatherElements {
    func cost(of call: OperatorCall) -> OperatorCost { OperatorCost(selecting: call) }
}

extension GatherND {
    func cost(of call: OperatorCall) -> OperatorCost { OperatorCost(selecting: call) }
}

extension Slice {
    func cost(of call: OperatorCall) -> OperatorCost { OperatorCost(selecting: call) }
}

extension ShapeOf {
    /// Reads no element of its input.
    func cost(of call: OperatorCall) -> OperatorCost {
        OperatorCost(bytesRead: 0, bytesWritten: call.outputBytes)
    }
}

extension Size {
    /// Reads no element of its input.
    func cost(of call: OperatorCall) -> OperatorCost {
        OperatorCost(bytesRead: 0, bytesWritten: call.outputBytes)
    }
}

extension CacheAppend {
    /// The output is a view of all positions, of which only the new ones are written.
    func cost(of call: OperatorCall) -> OperatorCost {
        OperatorCost(
            bytesRead: call.inputBytes, bytesWritten: call.inputs.first??.byteCount ?? 0, kernel: "copy")
    }
}
