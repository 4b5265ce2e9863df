internal import Kernels
internal import Tensors
internal import Threading

/// Rows of numbers in 16 bits, see ``KernelTable/packRows(_:size:into:)``: int16 tensors whose last axis holds
/// a row's integers and its scale.
extension Tensor {
    /// Numbers of a row, packed or not.
    var rowSize: Int {
        elementType == .int16 ? max(0, shape[rank - 1] - KernelTable.packedRowLength(0)) : shape[rank - 1]
    }

    /// The rows of a float32 tensor, packed.
    ///
    /// - Throws: ``OperatorError/invalid(_:)`` of a tensor without rows.
    func packingRows(_ kernels: KernelTable, on pool: ThreadPool) throws(OperatorError) -> Tensor {
        guard rank > 0, shape[rank - 1] > 0 else { throw .invalid("rows of shape \(shape)") }
        let size = shape[rank - 1]
        let source = contiguous()
        let packed = try Shape.result(
            shape.axes.replacing(rank - 1, with: KernelTable.packedRowLength(size)))
        return .build(
            Int16.self, packed, rows: elementCount / size, grain: max(1, 16_384 / size), on: pool
        ) { range, output in
            let part = range.lowerBound * size..<range.upperBound * size
            kernels.packRows(source.span(Float.self).extracting(part), size: size, into: &output)
        }
    }

    /// Float32 of packed rows; any other tensor as it is.
    func unpackingRows(on pool: ThreadPool) -> Tensor {
        guard elementType == .int16 else { return self }
        let (source, size, length) = (contiguous(), rowSize, shape[rank - 1])
        let unpacked = Shape(shape.dimensions.dropLast() + [size])
        guard size > 0 else { return .build(Float.self, unpacked) { _ in } }
        return .build(
            Float.self, unpacked, rows: elementCount / length, grain: max(1, 16_384 / size), on: pool
        ) { range, output in
            let values = source.span(Int16.self)
            for row in range {
                let start = row * length
                let low = UInt32(UInt16(bitPattern: values[start + size]))
                let high = UInt32(UInt16(bitPattern: values[start + size + 1]))
                let scale = Float(bitPattern: high << 16 | low)
                let first = (row - range.lowerBound) * size
                for index in 0..<size { output[first + index] = Float(values[start + index]) * scale }
            }
        }
    }
}
