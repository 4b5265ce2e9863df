extension Tensor {
    /// The memory that a view's elements lie in, read by code that follows the strides itself.
    ///
    /// Element `[i, j, …]` is at index `stridedOrigin + i * strides[0] + j * strides[1] + …`. The tensor must
    /// be aligned.
    @_lifetime(borrow self)
    package func stridedSpan<Element: TensorElement>(_ type: Element.Type) -> Span<Element> {
        precondition(Element.elementType == elementType, "\(elementType) read as \(Element.elementType)")
        precondition(isAligned, "an unaligned view has no span")
        var count = shape.elementCount == 0 ? 0 : 1
        if count > 0 {
            for axis in 0..<rank { count += abs(strides[axis]) * (shape[axis] - 1) }
        }
        let first = (storage.base + byteOffset).assumingMemoryBound(to: Element.self)
        return _overrideLifetime(
            Span(_unsafeStart: UnsafePointer(first - stridedOrigin), count: count), borrowing: self)
    }

    /// Index of the first element in ``stridedSpan(_:)``; not 0 where a stride is negative.
    package var stridedOrigin: Int {
        guard shape.elementCount > 0 else { return 0 }
        var origin = 0
        for axis in 0..<rank where strides[axis] < 0 { origin -= strides[axis] * (shape[axis] - 1) }
        return origin
    }

    /// This tensor, or a contiguous copy if its elements lie at unaligned addresses.
    package func aligned() -> Tensor { isAligned ? self : contiguous() }

    /// The same bits read as another type of the same width.
    package func reinterpreted(as type: ElementType) -> Tensor {
        precondition(type.byteWidth == elementType.byteWidth, "\(elementType) reinterpreted as \(type)")
        return Tensor(
            elementType: type, shape: shape, strides: strides, storage: storage, byteOffset: byteOffset)
    }
}

extension MutableSpan where Element: BitwiseCopyable {
    /// Copies elements to `start` and following.
    @inlinable @inline(__always) @_lifetime(self: copy self)
    package mutating func copy(_ source: Span<Element>, at start: Int = 0) {
        var target = _mutatingExtracting(start..<start + source.count)
        for index in 0..<source.count { target[index] = source[index] }
    }
}
