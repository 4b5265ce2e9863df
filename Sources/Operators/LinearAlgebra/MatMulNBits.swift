internal import Kernels
package import Tensors
internal import Threading

/// com.microsoft MatMulNBits: a matrix product with weights of 4 or 8 bits in blocks along K.
///
/// `Y[…, n] = Σk A[…, k] * (B[n, k] - zeroPoint[n, k / blockSize]) * scale[n, k / blockSize] + bias[n]`.
/// With `accuracy_level` 4 activations are quantised to signed bytes per row and block of K, as ONNX Runtime
/// does; the other levels multiply in float32, as does level 4 with `g_idx` or with zero points that are no
/// integers. (With `g_idx` ONNX Runtime 1.32 ignores packed zero points; here they count.)
///
/// https://github.com/microsoft/onnxruntime/blob/main/docs/ContribOperators.md#com.microsoft.MatMulNBits
package struct MatMulNBits: Operator {
    let depth: Int
    let columns: Int
    let bits: Int
    private let blockSize: Int
    let quantizesActivations: Bool
    /// The inputs but A where they are the same in each run.
    private var operands: OperandGroup?

    package init(_ node: OperatorNode) throws(OperatorError) {
        let attributes = node.attributes
        depth = try attributes.requiredInt("K")
        columns = try attributes.requiredInt("N")
        bits = try attributes.int("bits", default: 4)
        blockSize = try attributes.requiredInt("block_size")
        let level = try attributes.int("accuracy_level", default: 0)
        quantizesActivations = level == 4
        // Above these the sizes computed below could overflow.
        for (name, value) in [("K", depth), ("N", columns)] where !(1...1 << 28).contains(value) {
            throw .attribute(name: name, reason: "is \(value), expected 1 to \(1 << 28)")
        }
        guard bits == 4 || bits == 8 else {
            throw .attribute(name: "bits", reason: "is \(bits), supported: 4, 8")
        }
        guard NBitsWeights.blockSizes.contains(blockSize) else {
            throw .attribute(
                name: "block_size", reason: "is \(blockSize), supported: powers of two from 16 to 256")
        }
        guard (0...4).contains(level) else {
            throw .attribute(name: "accuracy_level", reason: "is \(level), expected 0 to 4")
        }
        guard try attributes.int("weight_prepacked", default: 0) == 0 else {
            throw .attribute(
                name: "weight_prepacked", reason: "is set: the layout is private to another engine")
        }
    }

    package var streamedInputs: [Int] { [1] }

    package func run(
        _ inputs: OperatorInputs, _ context: OperatorContext
    ) throws(OperatorError) -> [Tensor] {
        let a = try inputs.tensor(0, "A", .float32, .float16, .bfloat16)
        if let operands { return try Self.products(of: a, operands, context) }
        let operands = try Operands(self, inputs.tensors.dropFirst(), on: context.pool)
        return try Self.products(of: a, OperandGroup([operands]), context)
    }

    package func bound(to constants: [Tensor?], variables: [Int]) -> (any Operator)? {
        // A alone may, and must, be left.
        guard variables == [0], let operands = constantOperands(constants.dropFirst()) else { return nil }
        var bound = self
        bound.operands = OperandGroup([operands])
        return bound
    }

    /// The inputs but A if they are constants that products read where they are.
    ///
    /// Those that are not, or wrong, are left to the run.
    func constantOperands(_ constants: ArraySlice<Tensor?>) -> Operands? {
        let isReadInPlace = constants.allSatisfy { tensor in
            tensor.map { [.uint8, .float32].contains($0.elementType) && $0.isContiguous } ?? true
        }
        guard isReadInPlace else { return nil }
        return try? Operands(self, constants, on: ThreadPool(threads: 1))
    }

    /// `gate · sigmoid(gate) · up` of the first and the second of two products of many rows, of as many columns, without a
    /// tensor of either; nil where they have to be computed first.
    static func gatedProduct(
        of a: Tensor, _ operands: OperandGroup, _ context: OperatorContext
    ) throws(OperatorError) -> Tensor? {
        let first = operands.all[0]
        guard operands.products.count == 2, a.elementType == .float32, a.shape.last == first.depth,
            a.elementCount > first.depth
        else { return nil }
        let rows = a.elementCount / first.depth
        let shape = try Shape.result(a.shape.axes.replacing(a.rank - 1, with: first.columns))
        let activations = a.contiguous()
        let quantized = context.kernels.quantizeRows(
            activations.span(Float.self), rows: rows, depth: first.depth, blockSize: first.blockSize,
            bits: first.bits, on: context.pool)
        return .build(Float.self, shape) { output in
            context.kernels.matMulNBits(
                quantized, gate: operands.products[0], up: operands.products[1], into: &output,
                on: context.pool)
        }
    }

    /// The products of the same activations with several weights, which differ in N alone: activations are
    /// quantised once.
    static func products(
        of a: Tensor, _ operands: OperandGroup, _ context: OperatorContext
    ) throws(OperatorError) -> [Tensor] {
        let pool = context.pool
        let depth = operands.all[0].depth
        guard a.rank >= 1, a.shape[a.rank - 1] == depth else {
            throw .invalid("the last dimension of A is not K = \(depth)")
        }
        let rows = a.elementCount / depth
        // Before sizes are added up, which could overflow if one were too large.
        let shapes = try operands.all.indices.map { (index) throws(OperatorError) in
            try Shape.result(a.shape.axes.replacing(a.rank - 1, with: operands.all[index].columns))
        }
        let activations = a.widened(on: pool).contiguous()
        var outputs: [Tensor] = []
        outputs.reserveCapacity(operands.all.count)
        var together: Tensor?
        if !operands.products.isEmpty {
            let quantized = context.kernels.quantizeRows(
                activations.span(Float.self), rows: rows, depth: depth, blockSize: operands.all[0].blockSize,
                bits: operands.all[0].bits, on: pool)
            let count = operands.products.reduce(0) { $0 + $1.outputCount(rows: rows) }
            together = Tensor.build(Float.self, Shape([count])) { output in
                context.kernels.matMulNBits(quantized, operands.products, into: &output, on: pool)
            }
        }
        var start = 0
        for (index, shape) in shapes.enumerated() {
            var output: Tensor
            if let together, let count = operands.all[index].prepared?.outputCount(rows: rows) {
                output = together.sliced(axis: 0, start: start, count: shape.elementCount).reshaped(shape)
                start += count
            } else {
                let product = operands.all[index]
                output = Tensor.build(Float.self, shape) { output in
                    context.kernels.matMulNBits(
                        activations.span(Float.self), rows: rows, product.weights,
                        groups: product.groups?.span(Int32.self), bias: product.bias?.span(Float.self),
                        into: &output, on: pool)
                }
            }
            if a.elementType != .float32 { output = output.narrowed(to: a.elementType, on: pool) }
            outputs.append(output)
        }
        return outputs
    }

    /// The inputs but A of products that have A in common.
    final class OperandGroup: Sendable {
        let all: [Operands]
        /// Of those whose activations are made bytes.
        let products: [NBitsProduct]

        init(_ operands: [Operands]) {
            all = operands
            products = operands.compactMap(\.prepared)
        }
    }

    /// The inputs but A, checked.
    struct Operands: Sendable {
        let columns: Int
        let depth: Int
        let bits: Int
        let blockSize: Int
        let values: Tensor
        let scales: Tensor
        let hasZeroPoints: Bool
        /// Something empty if there are none: spans cannot be taken from an optional's content.
        let zeroPoints: Tensor
        /// Null if g_idx is absent or says what is so without it.
        let groups: Tensor?
        let bias: Tensor?
        /// What multiplies activations that are made bytes; nil if they are not.
        private(set) var prepared: NBitsProduct?

        /// - Parameter tensors: the inputs after A.
        init(
            _ node: MatMulNBits, _ tensors: ArraySlice<Tensor?>, on pool: ThreadPool
        ) throws(OperatorError) {
            let inputs = OperatorInputs([nil] + tensors)
            columns = node.columns
            depth = node.depth
            bits = node.bits
            blockSize = node.blockSize
            let blocks = (depth + blockSize - 1) / blockSize
            values = try Self.stored(inputs.tensor(1, "B", .uint8), on: pool)
            guard values.elementCount == columns * blocks * (blockSize * bits / 8) else {
                throw .invalid("B has \(values.elementCount) bytes for N = \(columns), K = \(depth)")
            }
            scales = try Self.stored(
                inputs.tensor(2, "scales", .float32, .float16, .bfloat16), on: pool)
            guard scales.elementCount == columns * blocks else {
                throw .invalid("\(scales.elementCount) scales for \(columns) × \(blocks) blocks")
            }
            hasZeroPoints = inputs[3] != nil
            if !hasZeroPoints {
                zeroPoints = Tensor([UInt8]())
            } else {
                let tensor = try Self.stored(
                    inputs.tensor(3, "zero_points", .uint8, .float32, .float16, .bfloat16), on: pool)
                let expected =
                    tensor.elementType == .uint8 ? columns * ((blocks * bits + 7) / 8) : columns * blocks
                guard tensor.elementCount == expected else {
                    throw .invalid("\(tensor.elementCount) zero points, expected \(expected)")
                }
                zeroPoints = tensor
            }
            groups = try Self.groups(inputs, depth: depth, blockSize: blockSize)
            if inputs[5] == nil {
                bias = nil
            } else {
                let tensor = try inputs.tensor(5, "bias", .float32, .float16, .bfloat16)
                guard tensor.elementCount == columns else {
                    throw .invalid("\(tensor.elementCount) bias values for N = \(columns)")
                }
                bias = tensor.widened(on: pool).contiguous()
            }
            if node.quantizesActivations && groups == nil && zeroPoints.elementType == .uint8 {
                prepared = NBitsProduct(
                    weights, bias: bias?.span(Float.self), owner: [values, scales, zeroPoints, bias])
            }
        }

        /// Weights as they lie in the file if they can be read from there, at any address.
        private static func stored(_ tensor: Tensor, on pool: ThreadPool) -> Tensor {
            let tensor = tensor.widened(on: pool)
            return tensor.isContiguous ? tensor : tensor.contiguous()
        }

        private static func groups(
            _ inputs: OperatorInputs, depth: Int, blockSize: Int
        ) throws(OperatorError) -> Tensor? {
            guard inputs[4] != nil else { return nil }
            let tensor = try inputs.tensor(4, "g_idx", .int32)
            let values = tensor.array(Int32.self)
            let blocks = (depth + blockSize - 1) / blockSize
            // Exporters pad it to whole blocks.
            guard values.count >= depth, values[..<depth].allSatisfy({ (0..<blocks).contains(Int($0)) })
            else {
                throw .invalid("g_idx does not name a block for each of K = \(depth)")
            }
            let isPlain = values[..<depth].indices.allSatisfy { Int(values[$0]) == $0 / blockSize }
            return isPlain ? nil : Tensor(Array(values[..<depth]))
        }

        var weights: NBitsWeights {
            @_lifetime(borrow self)
            get {
                NBitsWeights(
                    columns: columns, depth: depth, bits: bits, blockSize: blockSize,
                    values: values.bytes, scales: scales.bytes, zeroPoints: zeroPointSpan)
            }
        }

        private var zeroPointSpan: NBitsWeights.ZeroPoints {
            @_lifetime(borrow self)
            get {
                if !hasZeroPoints { return .middle }
                if zeroPoints.elementType == .uint8 { return .packed(zeroPoints.bytes) }
                return .floats(zeroPoints.bytes)
            }
        }
    }
}
