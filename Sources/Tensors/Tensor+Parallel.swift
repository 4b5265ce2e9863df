package import Threading

extension Tensor {
    /// Allocates a tensor whose rows are written by several threads, each its own.
    ///
    /// - Parameters:
    ///   - rows: number of equal parts that the elements are divided into; must divide their count.
    ///   - grain: the least number of rows worth a thread.
    ///   - body: writes the rows of a range; its span holds just those.
    package static func build<Element: TensorElement>(
        _ type: Element.Type, _ shape: Shape, rows: Int, grain: Int = 1, on pool: ThreadPool,
        _ body: @Sendable (Range<Int>, inout MutableSpan<Element>) -> Void
    ) -> Tensor {
        let storage = TensorStorage(byteCount: shape.elementCount * MemoryLayout<Element>.stride)
        if rows > 0 && shape.elementCount > 0 {
            precondition(shape.elementCount % rows == 0, "\(rows) rows of \(shape)")
            let rowLength = shape.elementCount / rows
            pool.parallelFor(rows, grain: grain) { range in
                let start = storage.base.assumingMemoryBound(to: Element.self) + range.lowerBound * rowLength
                var span = MutableSpan(
                    _unsafeElements: UnsafeMutableBufferPointer(start: start, count: range.count * rowLength))
                body(range, &span)
            }
        }
        return Tensor(
            elementType: Element.elementType, shape: shape, strides: shape.rowMajorStrides,
            storage: storage, byteOffset: 0)
    }
}

extension Tensor {
    /// ``build(_:_:rows:grain:on:_:)`` of two tensors of the same type and shape at a time.
    package static func buildPair<Element: TensorElement>(
        _ type: Element.Type, _ shape: Shape, rows: Int, grain: Int = 1, on pool: ThreadPool,
        _ body: @Sendable (Range<Int>, inout MutableSpan<Element>, inout MutableSpan<Element>) -> Void
    ) -> (Tensor, Tensor) {
        let second = TensorStorage(byteCount: shape.elementCount * MemoryLayout<Element>.stride)
        let first = build(type, shape, rows: rows, grain: grain, on: pool) { range, span in
            let rowLength = shape.elementCount / rows
            let start = second.base.assumingMemoryBound(to: Element.self) + range.lowerBound * rowLength
            var other = MutableSpan(
                _unsafeElements: UnsafeMutableBufferPointer(start: start, count: range.count * rowLength))
            body(range, &span, &other)
        }
        return (
            first,
            Tensor(
                elementType: Element.elementType, shape: shape, strides: shape.rowMajorStrides,
                storage: second, byteOffset: 0)
        )
    }

    /// Allocates a tensor of which several threads write parts that are no runs of rows, such as blocks of
    /// columns.
    ///
    /// - Parameters:
    ///   - parts: number of parts, whatever their sizes.
    ///   - grain: the least number of parts worth a thread.
    ///   - body: writes the parts of a range. Its span is the whole tensor; together the calls must write
    ///     every element, and no two of them the same one.
    package static func build<Element: TensorElement>(
        _ type: Element.Type, _ shape: Shape, parts: Int, grain: Int = 1, on pool: ThreadPool,
        _ body: @Sendable (Range<Int>, inout MutableSpan<Element>) -> Void
    ) -> Tensor {
        let storage = TensorStorage(byteCount: shape.elementCount * MemoryLayout<Element>.stride)
        if shape.elementCount > 0 {
            pool.parallelFor(parts, grain: grain) { range in
                let start = storage.base.assumingMemoryBound(to: Element.self)
                var span = MutableSpan(
                    _unsafeElements: UnsafeMutableBufferPointer(start: start, count: shape.elementCount))
                body(range, &span)
            }
        }
        return Tensor(
            elementType: Element.elementType, shape: shape, strides: shape.rowMajorStrides,
            storage: storage, byteOffset: 0)
    }
}
