package import Threading

/// An immutable n-dimensional array: a typed, strided view of shared storage.
///
/// Views (reshape, transpose, slice, broadcast) share the storage and cost next to nothing. Code that wants plain
/// rows calls ``contiguous()`` first, which copies only when it has to.
///
/// A class, though nothing of it changes: a run hands tensors on from list to list far more often than it makes any,
/// and to copy shape and strides each time made decoding with a small model a fifth longer.
package final class Tensor: Sendable {
    package let elementType: ElementType
    package let shape: Shape
    /// Distance, in elements, between neighbours along each axis; 0 along broadcast axes.
    package let strides: Axes
    let storage: TensorStorage
    /// Of the first element.
    let byteOffset: Int

    init(elementType: ElementType, shape: Shape, strides: Axes, storage: TensorStorage, byteOffset: Int) {
        self.elementType = elementType
        self.shape = shape
        self.strides = strides
        self.storage = storage
        self.byteOffset = byteOffset
    }

    package var rank: Int { shape.rank }
    package var elementCount: Int { shape.elementCount }
    package var byteCount: Int { shape.elementCount * elementType.byteWidth }

    /// Whether the elements lie one after the other in row-major order, with no view in between.
    package var isContiguous: Bool {
        if shape.elementCount <= 1 { return true }
        var expected = 1
        var axis = rank - 1
        while axis >= 0 {
            if shape[axis] != 1 {
                if strides[axis] != expected { return false }
                expected *= shape[axis]
            }
            axis -= 1
        }
        return true
    }

    /// Whether some axis, even one of a single element, has a negative stride.
    package var hasNegativeStrides: Bool {
        for axis in 0..<rank where strides[axis] < 0 { return true }
        return false
    }

    /// Whether the first element's address is a multiple of the element's width. Weights inlined in a
    /// protobuf often are not.
    package var isAligned: Bool {
        (UInt(bitPattern: storage.base) &+ UInt(byteOffset)) % UInt(elementType.byteWidth) == 0
    }

    /// Whether this tensor is a view of the same storage as another.
    package func sharesStorage(with other: Tensor) -> Bool {
        storage === other.storage
    }

    /// Where a contiguous tensor's bytes are.
    package var region: MemoryRegion {
        precondition(isContiguous, "a strided view is no region")
        return MemoryRegion(address: UInt(bitPattern: storage.base) &+ UInt(byteOffset), byteCount: byteCount)
    }

    /// Elements in memory: those that are repeated along an axis count once.
    package var storedElementCount: Int { shape.elementCount(strides: strides) }

    /// Whether both start at the same address; true for views of the same weights in one mapped file.
    package func hasSameAddress(as other: Tensor) -> Bool {
        storage.base + byteOffset == other.storage.base + other.byteOffset
    }
}

// MARK: Creation

extension Tensor {
    /// A tensor of the given values in row-major order; their number must be the shape's.
    package convenience init<Element: TensorElement>(_ values: [Element], shape: Shape) {
        precondition(values.count == shape.elementCount, "\(values.count) values for shape \(shape)")
        // As bytes: without specialisation, which other modules do not get, a loop over generic elements takes
        // some 50 ns for each.
        let storage = TensorStorage(byteCount: values.count * MemoryLayout<Element>.stride)
        values.withUnsafeBytes { bytes in
            if let base = bytes.baseAddress { storage.base.copyMemory(from: base, byteCount: bytes.count) }
        }
        self.init(
            elementType: Element.elementType, shape: shape, strides: shape.rowMajorStrides, storage: storage,
            byteOffset: 0)
    }

    /// A tensor of rank 1.
    package convenience init<Element: TensorElement>(_ values: [Element]) {
        self.init(values, shape: [values.count])
    }

    /// A tensor of rank 0.
    package convenience init<Element: TensorElement>(scalar value: Element) {
        self.init([value], shape: [])
    }

    /// A tensor that holds one value everywhere, in one element of memory.
    package convenience init<Element: TensorElement>(repeating value: Element, shape: Shape) {
        let one = Tensor(scalar: value)
        self.init(
            elementType: one.elementType, shape: shape, strides: Axes(repeating: 0, count: shape.rank),
            storage: one.storage, byteOffset: 0)
    }

    /// Elements of a mapped file, not copied.
    ///
    /// - Returns: nil if the elements do not lie within the file.
    package convenience init?(mapping: MappedFile, byteOffset: Int, elementType: ElementType, shape: Shape) {
        let byteCount = shape.elementCount * elementType.byteWidth
        guard byteOffset >= 0, byteCount <= mapping.byteCount, byteOffset <= mapping.byteCount - byteCount
        else { return nil }
        self.init(
            elementType: elementType, shape: shape, strides: shape.rowMajorStrides,
            storage: TensorStorage(mapping: mapping), byteOffset: byteOffset)
    }

    /// Allocates a tensor and lets `body` write all its elements, in row-major order.
    package static func build<Element: TensorElement, Failure: Error>(
        _ type: Element.Type, _ shape: Shape, _ body: (inout MutableSpan<Element>) throws(Failure) -> Void
    ) throws(Failure) -> Tensor {
        let storage = TensorStorage(byteCount: shape.elementCount * MemoryLayout<Element>.stride)
        let buffer = UnsafeMutableBufferPointer(
            start: storage.base.assumingMemoryBound(to: Element.self), count: shape.elementCount)
        var span = MutableSpan(_unsafeElements: buffer)
        try body(&span)
        return Tensor(
            elementType: Element.elementType, shape: shape, strides: shape.rowMajorStrides,
            storage: storage, byteOffset: 0)
    }
}

// MARK: Access

extension Tensor {
    /// The elements of a contiguous, aligned tensor (see ``contiguous()``) in row-major order.
    ///
    /// The element type must be the tensor's: operators check their inputs' types first.
    @_lifetime(borrow self)
    package func span<Element: TensorElement>(_ type: Element.Type) -> Span<Element> {
        precondition(Element.elementType == elementType, "\(elementType) read as \(Element.elementType)")
        precondition(isContiguous, "a strided view has no span")
        let start = (storage.base + byteOffset).assumingMemoryBound(to: Element.self)
        return _overrideLifetime(
            Span(_unsafeStart: UnsafePointer(start), count: shape.elementCount), borrowing: self)
    }

    /// The bytes of a contiguous tensor, aligned or not.
    package var bytes: RawSpan {
        @_lifetime(borrow self)
        get {
            precondition(isContiguous, "a strided view has no span")
            return _overrideLifetime(
                RawSpan(_unsafeStart: storage.base + byteOffset, byteCount: byteCount), borrowing: self)
        }
    }

    /// All bytes between the first and the last element of a view, those that it skips included; aligned or
    /// not. Nil if a stride is negative.
    package var reachableBytes: RawSpan? {
        @_lifetime(borrow self)
        get {
            var last = 0
            for axis in 0..<rank where shape[axis] > 1 {
                if strides[axis] < 0 { return nil }
                last += (shape[axis] - 1) * strides[axis]
            }
            let byteCount = shape.elementCount == 0 ? 0 : (last + 1) * elementType.byteWidth
            return _overrideLifetime(
                RawSpan(_unsafeStart: storage.base + byteOffset, byteCount: byteCount), borrowing: self)
        }
    }

    /// ``reachableBytes`` as elements, of an aligned tensor without negative strides: element `[i, j, …]` is
    /// at `i * strides[0] + j * strides[1] + …`.
    @_lifetime(borrow self)
    package func reachableSpan<Element: TensorElement>(_ type: Element.Type) -> Span<Element> {
        precondition(Element.elementType == elementType, "\(elementType) read as \(Element.elementType)")
        precondition(isAligned, "unaligned elements have no span")
        guard let bytes = reachableBytes else { preconditionFailure("negative stride") }
        return _overrideLifetime(Span(_bytes: bytes), borrowing: self)
    }

    /// For the wrappers of C libraries and kernels: the address of the first element, which need not be
    /// aligned. Element `[i, j, …]` is at `i * strides[0] + j * strides[1] + …`. Valid while `body` runs.
    package func withUnsafePointer<Element: TensorElement, Result, Failure: Error>(
        to type: Element.Type, _ body: (UnsafePointer<Element>) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        precondition(Element.elementType == elementType, "\(elementType) read as \(Element.elementType)")
        defer { withExtendedLifetime(storage) {} }
        return try body(UnsafePointer((storage.base + byteOffset).assumingMemoryBound(to: Element.self)))
    }

    /// The mapped file that holds the elements, if one does.
    package var mappedFile: MappedFile? { storage.mapping }

    /// All elements in row-major order.
    package func array<Element: TensorElement>(_ type: Element.Type) -> [Element] {
        // An empty array is one object of the whole process, which must not be written to.
        guard elementCount > 0 else { return [] }
        let plain = contiguous()
        return [Element](unsafeUninitializedCapacity: elementCount) { buffer, count in
            plain.withUnsafePointer(to: type) { source in
                UnsafeMutableRawBufferPointer(buffer).copyMemory(
                    from: UnsafeRawBufferPointer(start: source, count: plain.byteCount))
            }
            count = elementCount
        }
    }
}
