package import Tensors
package import Threading

/// 16-bit floating point is computed in 32 bits: operators widen such inputs and narrow their results.
extension Tensor {
    /// Least elements worth a thread in a plain pass over memory.
    static let elementwiseGrain = 1 << 14

    /// A float32 copy of a 16-bit floating-point tensor; any other tensor as it is.
    package func widened(on pool: ThreadPool) -> Tensor {
        switch elementType {
        case .float16:
            let source = contiguous()
            return .build(Float.self, shape, rows: elementCount, grain: Self.elementwiseGrain, on: pool) {
                range, output in
                let span = source.span(Float16.self)
                for index in range { output[index - range.lowerBound] = Float(span[index]) }
            }
        case .bfloat16:
            let source = contiguous()
            return .build(Float.self, shape, rows: elementCount, grain: Self.elementwiseGrain, on: pool) {
                range, output in
                let span = source.span(BFloat16.self)
                for index in range { output[index - range.lowerBound] = span[index].floatValue }
            }
        default: return self
        }
    }

    /// The inverse of ``widened(on:)``: a float32 tensor rounded to a 16-bit type, or as it is for any other
    /// type.
    package func narrowed(to type: ElementType, on pool: ThreadPool) -> Tensor {
        guard elementType == .float32 else { return self }
        switch type {
        case .float16:
            let source = contiguous()
            return .build(Float16.self, shape, rows: elementCount, grain: Self.elementwiseGrain, on: pool) {
                range, output in
                let span = source.span(Float.self)
                for index in range { output[index - range.lowerBound] = Float16(span[index]) }
            }
        case .bfloat16:
            let source = contiguous()
            return .build(BFloat16.self, shape, rows: elementCount, grain: Self.elementwiseGrain, on: pool) {
                range, output in
                let span = source.span(Float.self)
                for index in range { output[index - range.lowerBound] = BFloat16(span[index]) }
            }
        default: return self
        }
    }
}

extension OperatorInputs {
    /// An optional input whose type must be that of another one, widened to at least 32 bits.
    func widened(
        _ index: Int, _ name: String, like type: ElementType, on pool: ThreadPool
    ) throws(OperatorError) -> Tensor? {
        guard let tensor = self[index] else { return nil }
        guard tensor.elementType == type else {
            throw .elementType(input: name, found: tensor.elementType, supported: [type])
        }
        return tensor.widened(on: pool)
    }
}
