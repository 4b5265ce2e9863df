extension Tensor {
    private func view(_ shape: Shape, strides: Axes, elementOffset: Int = 0) -> Tensor {
        Tensor(
            elementType: elementType, shape: shape, strides: strides, storage: storage,
            byteOffset: byteOffset + elementOffset * elementType.byteWidth)
    }

    /// The same elements in row-major order under another shape of equal element count; copies a strided
    /// tensor if axes that do not continue each other in memory become one.
    package func reshaped(_ shape: Shape) -> Tensor {
        precondition(shape.elementCount == elementCount, "\(self.shape) reshaped to \(shape)")
        if isContiguous { return view(shape, strides: shape.rowMajorStrides) }
        if let strides = strides(reshapedTo: shape) { return view(shape, strides: strides) }
        return contiguous().view(shape, strides: shape.rowMajorStrides)
    }

    /// Strides with which the elements take another shape where they are; nil if there are none.
    private func strides(reshapedTo shape: Shape) -> Axes? {
        // Axes that continue each other form one block; each must be a run of whole axes of the new shape.
        var blocks: [(count: Int, stride: Int)] = []
        for (dimension, stride) in zip(self.shape, strides) where dimension != 1 {
            if let last = blocks.last, last.stride == stride * dimension {
                blocks[blocks.count - 1] = (last.count * dimension, stride)
            } else {
                blocks.append((dimension, stride))
            }
        }
        var result = Axes(repeating: 0, count: shape.rank)
        var axis = shape.rank - 1
        for block in blocks.reversed() {
            var count = 1
            while count < block.count {
                guard axis >= 0 else { return nil }
                result[axis] = block.stride * count
                count *= shape[axis]
                axis -= 1
            }
            guard count == block.count else { return nil }
        }
        return result
    }

    /// Axis `i` of the result is axis `permutation[i]` of this tensor.
    package func transposed(_ permutation: [Int]) -> Tensor {
        var isMissing = Axes(repeating: 1, count: rank)
        for axis in permutation { isMissing[axis] = 0 }
        precondition(
            permutation.count == rank && isMissing.allSatisfy { $0 == 0 },
            "\(permutation) permutes no \(rank) axes")
        return view(
            Shape(Axes(count: rank) { shape[permutation[$0]] }),
            strides: Axes(count: rank) { strides[permutation[$0]] })
    }

    /// `count` elements along an axis from `start`, each `step` from the previous one; `step` may be
    /// negative.
    package func sliced(axis: Int, start: Int, count: Int, step: Int = 1) -> Tensor {
        precondition(count >= 0)
        if count > 0 {
            precondition(start >= 0 && start < shape[axis])
            precondition((0..<shape[axis]).contains(start + (count - 1) * step))
        }
        let offset = count == 0 ? 0 : start * strides[axis]
        return view(
            Shape(shape.axes.replacing(axis, with: count)),
            strides: strides.replacing(axis, with: strides[axis] * step), elementOffset: offset)
    }

    /// A tensor with one axis less: its entry `index`.
    package func selecting(axis: Int, index: Int) -> Tensor {
        sliced(axis: axis, start: index, count: 1).droppingAxis(axis)
    }

    /// Without an axis of size 1.
    package func droppingAxis(_ axis: Int) -> Tensor {
        precondition(shape[axis] == 1)
        return view(Shape(shape.axes.removing(axis)), strides: strides.removing(axis))
    }

    /// With an axis of size 1 inserted before `axis`.
    package func insertingAxis(_ axis: Int) -> Tensor {
        view(Shape(shape.axes.inserting(1, at: axis)), strides: strides.inserting(1, at: axis))
    }

    /// Repeated along axes of size 1, and along new leading axes, without copying. `shape` must be one that
    /// this tensor's shape broadcasts to.
    package func broadcast(to shape: Shape) -> Tensor {
        let missing = shape.rank - rank
        precondition(missing >= 0, "\(self.shape) broadcast to \(shape)")
        var strides = Axes(repeating: 0, count: shape.rank)
        for axis in 0..<rank {
            precondition(
                self.shape[axis] == shape[missing + axis] || self.shape[axis] == 1,
                "\(self.shape) broadcast to \(shape)")
            strides[missing + axis] = self.shape[axis] == 1 ? 0 : self.strides[axis]
        }
        return view(shape, strides: strides)
    }

    /// This tensor if its elements lie in row-major order at an aligned address, else a copy of which that
    /// is true.
    package func contiguous() -> Tensor {
        if isContiguous && isAligned { return self }
        switch elementType.byteWidth {
        case 1: return copied(UInt8.self)
        case 2: return copied(UInt16.self)
        case 4: return copied(UInt32.self)
        default: return copied(UInt64.self)
        }
    }

    /// Copies through an integer of the element's width: every type of that width is copied alike.
    private func copied<Word: BitwiseCopyable>(_ word: Word.Type) -> Tensor {
        let result = TensorStorage(byteCount: byteCount)
        let target = result.base.assumingMemoryBound(to: Word.self)
        let source = storage.base + byteOffset
        if let tiles = TransposedTiles(shape: shape, strides: strides) {
            copy(tiles, from: source, to: target)
        } else {
            copyRows(from: source, to: target)
        }
        withExtendedLifetime(storage) {}
        return Tensor(
            elementType: elementType, shape: shape, strides: shape.rowMajorStrides, storage: result,
            byteOffset: 0)
    }

    private func copyRows<Word: BitwiseCopyable>(
        from source: UnsafeMutableRawPointer, to target: UnsafeMutablePointer<Word>
    ) {
        StridedRows(shape: shape, strides: strides).forEachRow { row in
            let target = target + row.index * row.count
            let start = source + row.offset * MemoryLayout<Word>.stride
            if row.stride == 1 {
                UnsafeMutableRawPointer(target).copyMemory(
                    from: start, byteCount: row.count * MemoryLayout<Word>.stride)
            } else {
                let step = row.stride * MemoryLayout<Word>.stride
                for index in 0..<row.count {
                    target[index] = start.loadUnaligned(fromByteOffset: index * step, as: Word.self)
                }
            }
        }
    }

    private func copy<Word: BitwiseCopyable>(
        _ tiles: TransposedTiles, from source: UnsafeMutableRawPointer, to target: UnsafeMutablePointer<Word>
    ) {
        let step = tiles.sourceStride * MemoryLayout<Word>.stride
        tiles.forEachTile { tile in
            for row in 0..<tile.length {
                let start = source + (tile.source + row) * MemoryLayout<Word>.stride
                let target = target + (tile.target + row * tiles.targetStride)
                for column in 0..<tile.width {
                    target[column] = start.loadUnaligned(fromByteOffset: column * step, as: Word.self)
                }
            }
        }
    }
}
