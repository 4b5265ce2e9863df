internal import Kernels
internal import Tensors
internal import Threading

/// ONNX `MatMul`: the matrix product of NumPy's `matmul`.
struct MatMul: Operator {
    init(_ node: OperatorNode) throws(OperatorError) {}

    func run(_ inputs: OperatorInputs, _ context: OperatorContext) throws(OperatorError) -> [Tensor] {
        [try matrixMultiply(try inputs.tensor(0, "A"), try inputs.tensor(1, "B"), context)]
    }
}

/// com.microsoft `FusedMatMul`: `MatMul` of transposed operands, times a constant.
struct FusedMatMul: Operator {
    private let alpha: Float
    let transposesA: Bool
    private let transposesB: Bool
    private let movesRowsOfA: Bool
    private let movesRowsOfB: Bool

    init(_ node: OperatorNode) throws(OperatorError) {
        alpha = try node.attributes.float("alpha", default: 1)
        transposesA = try node.attributes.flag("transA")
        transposesB = try node.attributes.flag("transB")
        movesRowsOfA = try node.attributes.flag("transBatchA")
        movesRowsOfB = try node.attributes.flag("transBatchB")
    }

    func run(_ inputs: OperatorInputs, _ context: OperatorContext) throws(OperatorError) -> [Tensor] {
        let a = try inputs.tensor(0, "A", .float32, .float64, .float16, .bfloat16)
        let b = try inputs.tensor(1, "B", .float32, .float64, .float16, .bfloat16)
        return [
            try matrixMultiply(
                a.arrangedForProduct(movingRows: movesRowsOfA, transposing: transposesA),
                b.arrangedForProduct(movingRows: movesRowsOfB, transposing: transposesB),
                alpha: alpha, context)
        ]
    }
}

extension Tensor {
    /// A view with the first axis, which holds the rows, put behind the batch, and the last two axes
    /// swapped. Vectors stay as they are.
    fileprivate func arrangedForProduct(movingRows: Bool, transposing: Bool) -> Tensor {
        guard rank >= 2 else { return self }
        var axes = Array(0..<rank)
        if movingRows { axes.insert(axes.removeFirst(), at: rank - 2) }
        if transposing { axes.swapAt(rank - 2, rank - 1) }
        return transposed(axes)
    }
}

// MARK: Products of tensors

/// `alpha · a · b` with NumPy's rules for vectors and batches.
func matrixMultiply(
    _ a: Tensor, _ b: Tensor, alpha: Float = 1, _ context: OperatorContext
) throws(OperatorError) -> Tensor {
    let pool = context.pool
    guard a.rank > 0 && b.rank > 0 else { throw .invalid("matrix product of a scalar") }
    guard a.elementType == b.elementType else {
        throw .elementType(input: "B", found: b.elementType, supported: [a.elementType])
    }
    var left = (a.rank == 1 ? a.insertingAxis(0) : a).widened(on: pool)
    var right = (b.rank == 1 ? b.insertingAxis(1) : b).widened(on: pool)
    guard left.shape[left.rank - 1] == right.shape[right.rank - 2] else {
        throw .invalid("matrix product of shapes \(a.shape) and \(b.shape)")
    }
    let batch = try Shape.broadcastResult(
        Shape(Array(left.shape.dimensions.dropLast(2))), Shape(Array(right.shape.dimensions.dropLast(2))))
    left = try left.broadcastingBatch(to: batch)
    right = try right.broadcastingBatch(to: batch)
    var result = try product(left, right, alpha: alpha, context).narrowed(to: a.elementType, on: pool)
    if b.rank == 1 { result = result.droppingAxis(result.rank - 1) }
    if a.rank == 1 { result = result.droppingAxis(result.rank - (b.rank == 1 ? 1 : 2)) }
    return result
}

private func product(
    _ a: Tensor, _ b: Tensor, alpha: Float, _ context: OperatorContext
) throws(OperatorError) -> Tensor {
    let pool = context.pool
    if a.elementType == .float32, alpha == 1, let product = try rowGroupProduct(a, b, context) {
        return product
    }
    return switch a.elementType {
    case .float32: try MatrixProduct<Float>(a, b).run(alpha: alpha, with: context)
    case .float64: try MatrixProduct<Double>(a, b).run(alpha: Double(alpha), on: pool)
    case .int32: try integerProduct(Int32.self, a, b, on: pool)
    case .int64: try integerProduct(Int64.self, a, b, on: pool)
    case .uint32: try integerProduct(UInt32.self, a, b, on: pool)
    case .uint64: try integerProduct(UInt64.self, a, b, on: pool)
    default:
        throw .elementType(
            input: "A", found: a.elementType,
            supported: [.float32, .float64, .float16, .bfloat16, .int32, .int64, .uint32, .uint64])
    }
}

/// The product of matrices of few rows, whose columns lie side by side, with the same right side, where the kernels take
/// them as they are. The encoder's convolutions leave such matrices, one for each window of audio.
private func rowGroupProduct(
    _ a: Tensor, _ b: Tensor, _ context: OperatorContext
) throws(OperatorError) -> Tensor? {
    let (rows, inner) = (a.shape[a.rank - 2], a.shape[a.rank - 1])
    guard a.elementCount > 0, context.kernels.takesGroups(of: rows) else { return nil }
    var axes = Array(0..<a.rank)
    axes.swapAt(a.rank - 2, a.rank - 1)
    let groups = a.transposed(axes)
    var right = b
    while right.rank > 2, right.strides[0] == 0 || right.shape[0] == 1 {
        right = right.selecting(axis: 0, index: 0)
    }
    guard groups.isContiguous, groups.isAligned, right.rank == 2,
        max(a.elementCount / inner, inner, right.shape[1]) <= BLAS.largestDimension
    else { return nil }
    let weights = right.readableByBLAS(Float.self)
    let shape = try Shape.result(a.shape.dimensions.dropLast() + [right.shape[1]])
    return .build(Float.self, shape) { output in
        context.kernels.matMul(
            RowGroups(groups.span(Float.self), rowsPerGroup: rows, columns: inner),
            weights.matrix(Float.self, at: 0).operand, into: &output, on: context.pool)
    }
}

/// Integers wrap around, as those of ONNX Runtime do.
private func integerProduct<Element: FixedWidthInteger & TensorElement>(
    _ type: Element.Type, _ a: Tensor, _ b: Tensor, on pool: ThreadPool
) throws(OperatorError) -> Tensor {
    let (rows, inner, columns) = (a.shape[a.rank - 2], a.shape[a.rank - 1], b.shape[b.rank - 1])
    let shape = try Shape.result(a.shape.dimensions.dropLast() + [columns])
    let (left, right) = (a.contiguous(), b.contiguous())
    let rowCount = columns == 0 ? 0 : shape.elementCount / columns
    return .build(type, shape, rows: rowCount, grain: 16, on: pool) { range, output in
        let (x, y) = (left.span(type), right.span(type))
        for row in range {
            let target = (row - range.lowerBound) * columns
            for column in 0..<columns { output[target + column] = 0 }
            for index in 0..<inner {
                let factor = x[row * inner + index]
                let source = (row / rows * inner + index) * columns
                for column in 0..<columns { output[target + column] &+= factor &* y[source + column] }
            }
        }
    }
}

extension Tensor {
    /// A view with other axes before the last two, repeated where they had size 1.
    fileprivate func broadcastingBatch(to batch: Shape) throws(OperatorError) -> Tensor {
        guard let shape = Shape(checking: batch.dimensions + shape.dimensions.suffix(2)) else {
            throw .invalid("matrix product of too many elements")
        }
        return broadcast(to: shape)
    }
}
