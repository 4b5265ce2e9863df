internal import Kernels
internal import Tensors
internal import Threading

/// A batch of products `[…, M, K] × […, K, N]` of one floating-point type, the batch axes already broadcast.
///
/// Divides the work into blocks of rows or columns for the pool, and reads strided operands in place where
/// OpenBLAS can: transposed, sliced or repeated along the batch.
struct MatrixProduct<Element: BLASElement>: Sendable {
    private let a: Tensor
    private let b: Tensor
    /// Of each product's first element.
    private let aOffsets: [Int]
    private let bOffsets: [Int]
    private let rows: Int
    private let inner: Int
    private let columns: Int
    private let resultShape: Shape

    /// Least multiply-adds worth a thread: about 10 µs.
    private static var grain: Double { 262_144 }

    /// Fewest columns of a product beside which a copy of its left side costs nothing.
    private static var columnsWorthCopy: Int { 64 }

    init(_ left: Tensor, _ right: Tensor) throws(OperatorError) {
        let rank = left.rank
        precondition(rank >= 2 && right.rank == rank && left.shape[rank - 1] == right.shape[rank - 2])
        resultShape = try Shape.result(left.shape.dimensions[..<(rank - 1)] + [right.shape[rank - 1]])
        var a = left.readableByBLAS(Element.self)
        var b = right.readableByBLAS(Element.self)
        // One matrix for all of the batch: the batch of the left side becomes further rows.
        let sharesRight =
            b.elementCount > 0 && (0..<rank - 2).allSatisfy { b.strides[$0] == 0 || b.shape[$0] == 1 }
        if sharesRight, b.shape[rank - 1] >= Self.columnsWorthCopy { a = a.contiguous() }
        if sharesRight, a.isContiguous {
            let inner = a.shape[rank - 1]
            a = a.reshaped([a.shape.dimensions[..<(rank - 1)].reduce(1, *), inner])
            for _ in 0..<rank - 2 { b = b.selecting(axis: 0, index: 0) }
        }
        self.a = a
        self.b = b
        aOffsets = a.batchOffsets
        bOffsets = b.batchOffsets
        rows = a.shape[a.rank - 2]
        inner = a.shape[a.rank - 1]
        columns = b.shape[b.rank - 1]
        guard max(rows, inner, columns) <= BLAS.largestDimension else {
            throw .unsupported("matrices of more than 2^31 rows or columns")
        }
    }

    /// Computes `alpha` times the products.
    ///
    /// - Parameter start: an array of the result's shape, contiguous, that the product is added to.
    func run(alpha: Element = 1, addingTo start: Tensor? = nil, on pool: ThreadPool) -> Tensor {
        // Blocks of columns read the right side once in all; blocks of rows suit a tall left side.
        let splitsColumns = columns >= rows
        let extent = splitsColumns ? columns : rows
        let work = Double(rows) * Double(columns) * Double(max(inner, 1))
        let wanted = Double(max(1, pool.threadCount * 2 / max(1, aOffsets.count)))
        let splits = Int(max(1, min(wanted, work / Self.grain)))
        // OpenBLAS packs the whole other side for each block, which narrow blocks would not repay.
        let unit = rows == 1 ? 64 : splitsColumns ? 128 : 48
        let block = max(1, (extent / splits + unit - 1) / unit * unit)
        let blocks = max(1, (extent + block - 1) / block)
        let grain = Int(max(1, min(1e6, Self.grain * Double(blocks) / max(1, work))))
        return .build(
            Element.self, resultShape, parts: aOffsets.count * blocks, grain: grain, on: pool
        ) { parts, output in
            for part in parts {
                let (product, index) = part.quotientAndRemainder(dividingBy: blocks)
                let range = index * block..<min(extent, (index + 1) * block)
                var left = a.matrix(Element.self, at: aOffsets[product])
                var right = b.matrix(Element.self, at: bOffsets[product])
                var offset = product * rows * columns
                if splitsColumns {
                    right = right.columns(range)
                    offset += range.lowerBound
                } else {
                    left = left.rows(range)
                    offset += range.lowerBound * columns
                }
                if let start {
                    output.copyBlock(
                        from: start.span(Element.self), at: offset, rows: left.rows, columns: right.columns,
                        rowStride: columns)
                }
                BLAS.multiply(
                    left, right, alpha: alpha, beta: start == nil ? 0 : 1, into: &output, at: offset,
                    rowStride: columns)
            }
        }
    }
}

extension MatrixProduct<Float> {
    /// Fewest rows with which the kernels are faster than OpenBLAS.
    static var kernelRows: Int { 4 }

    /// `act(alpha · product + bias) + residual`, by the kernels where they are faster.
    ///
    /// - Parameters:
    ///   - bias: of as many elements as the product has columns, contiguous.
    ///   - residual: an array of the result's shape, contiguous.
    func run(
        alpha: Float = 1, bias: Tensor? = nil, activation: ProductEpilogue.Activation = .none,
        residual: Tensor? = nil, with context: OperatorContext
    ) -> Tensor {
        guard aOffsets.count == 1, alpha == 1, rows >= Self.kernelRows, a.strides[a.rank - 1] == 1 else {
            let start = bias?.broadcast(to: resultShape).contiguous()
            if activation == .none && bias == nil {
                return run(alpha: alpha, addingTo: residual, on: context.pool)
            }
            return run(alpha: alpha, addingTo: start, on: context.pool)
                .finished(activation, residual, context)
        }
        return .build(Float.self, resultShape) { output in
            let epilogue = ProductEpilogue(
                bias: bias?.span(Float.self), activation: activation, residual: residual?.span(Float.self))
            context.kernels.matMul(
                a.matrix(Float.self, at: aOffsets[0]).operand, b.matrix(Float.self, at: bOffsets[0]).operand,
                epilogue, into: &output, on: context.pool)
        }
    }
}

extension Tensor {
    /// `act(x) + residual` of float32.
    fileprivate func finished(
        _ activation: ProductEpilogue.Activation, _ residual: Tensor?, _ context: OperatorContext
    ) -> Tensor {
        let function: KernelTable.Activation? =
            switch activation {
            case .none: nil
            case .gelu: .gelu
            case .silu: .silu
            }
        if function == nil && residual == nil { return self }
        return .build(Float.self, shape, rows: elementCount, grain: 8_192, on: context.pool) {
            range, output in
            let values = span(Float.self).extracting(range)
            if let function {
                context.kernels.apply(function, values, into: &output)
                if let residual {
                    context.kernels.add(residual.span(Float.self).extracting(range), to: &output)
                }
            } else if let residual {
                context.kernels.add(values, residual.span(Float.self).extracting(range), into: &output)
            }
        }
    }
}

extension Tensor {
    /// This tensor if OpenBLAS can read the matrices of its last two axes in place, else a plain copy.
    ///
    /// Unaligned weights of a mapped file are read in place as well: copying them would cost far more than
    /// the product.
    func readableByBLAS<Element: BLASElement>(_ type: Element.Type) -> Tensor {
        let isReadable = MatrixView<Element>.isReadableInPlace(
            rows: shape[rank - 2], columns: shape[rank - 1], rowStride: strides[rank - 2],
            columnStride: strides[rank - 1])
        return isReadable && !hasNegativeStrides ? self : contiguous()
    }

    /// Offsets of the matrices of the last two axes, in row-major order of the other axes.
    var batchOffsets: [Int] {
        var offsets = [0]
        for axis in 0..<rank - 2 {
            offsets = offsets.flatMap { start in (0..<shape[axis]).map { start + $0 * strides[axis] } }
        }
        return offsets
    }

    /// The matrix of the last two axes, `offset` elements from the first one, of a tensor that is
    /// ``readableByBLAS(_:)``.
    @_lifetime(borrow self)
    func matrix<Element: BLASElement>(_ type: Element.Type, at offset: Int) -> MatrixView<Element> {
        precondition(Element.elementType == elementType, "\(elementType) read as \(Element.elementType)")
        guard let bytes = reachableBytes else { preconditionFailure("negative stride") }
        let byteOffset = elementCount == 0 ? 0 : offset * MemoryLayout<Element>.stride
        return MatrixView(
            bytes: bytes.extracting(droppingFirst: byteOffset), rows: shape[rank - 2],
            columns: shape[rank - 1], rowStride: strides[rank - 2], columnStride: strides[rank - 1])
    }
}

extension MutableSpan where Element: BitwiseCopyable {
    /// Copies a block of a matrix to the same place of another one of the same row stride.
    mutating func copyBlock(
        from source: Span<Element>, at offset: Int, rows: Int, columns: Int, rowStride: Int
    ) {
        for row in 0..<rows {
            let first = offset + row * rowStride
            for index in first..<first + columns { self[index] = source[index] }
        }
    }
}
