extension KernelTable {
    /// Layer normalisation of each row: `(x - mean) / √(variance + epsilon) * scale + bias`, the variance that
    /// of all elements (divided by their number).
    ///
    /// - Parameters:
    ///   - input: rows of `scale.count` numbers.
    ///   - bias: as long as `scale`; nil means 0.
    package func layerNorm(
        _ input: Span<Float>, scale: Span<Float>, bias: Span<Float>?, epsilon: Float,
        into output: inout MutableSpan<Float>
    ) {
        let length = scale.count
        precondition(input.count == output.count)
        if let bias { precondition(bias.count == length) }
        guard input.count > 0 else { return }
        precondition(length > 0 && input.count % length == 0)
        withOptionalPointer(bias) { bias in
            scale.withUnsafeBufferPointer { scale in
                input.withUnsafeBufferPointer { input in
                    output.withUnsafeMutableBufferPointer { output in
                        guard let from = input.baseAddress, let scale = scale.baseAddress,
                            let to = output.baseAddress
                        else { return }
                        for start in stride(from: 0, to: output.count, by: length) {
                            functions.rows.layerNorm(from + start, scale, bias, epsilon, to + start, length)
                        }
                    }
                }
            }
        }
    }

    /// Root-mean-square normalisation of each row: `x / √(mean of squares + epsilon) * scale`.
    ///
    /// - Parameter input: rows of `scale.count` numbers.
    package func rmsNorm(
        _ input: Span<Float>, scale: Span<Float>, epsilon: Float, into output: inout MutableSpan<Float>
    ) {
        let length = scale.count
        precondition(input.count == output.count)
        guard input.count > 0 else { return }
        precondition(length > 0 && input.count % length == 0)
        scale.withUnsafeBufferPointer { scale in
            input.withUnsafeBufferPointer { input in
                output.withUnsafeMutableBufferPointer { output in
                    guard let from = input.baseAddress, let scale = scale.baseAddress,
                        let to = output.baseAddress
                    else { return }
                    for start in stride(from: 0, to: output.count, by: length) {
                        functions.rows.rmsNorm(from + start, scale, epsilon, to + start, length)
                    }
                }
            }
        }
    }
}
