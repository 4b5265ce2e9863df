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
        if let bias { precondition(bias.count == length) }
        withOptionalPointer(bias) { bias in
            scale.withUnsafeBufferPointer { scale in
                eachRow(of: length, input, &output) { from, to in
                    guard let scale = scale.baseAddress else { return }
                    functions.rows.layerNorm(from, scale, bias, epsilon, to, length)
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
        scale.withUnsafeBufferPointer { scale in
            eachRow(of: length, input, &output) { from, to in
                guard let scale = scale.baseAddress else { return }
                functions.rows.rmsNorm(from, scale, epsilon, to, length)
            }
        }
    }

    /// `a + b`, number by number; the three are equally long.
    package func add(_ a: Span<Float>, _ b: Span<Float>, into output: inout MutableSpan<Float>) {
        precondition(a.count == b.count && a.count == output.count)
        a.withUnsafeBufferPointer { a in
            b.withUnsafeBufferPointer { b in
                output.withUnsafeMutableBufferPointer { output in
                    guard let a = a.baseAddress, let b = b.baseAddress, let to = output.baseAddress else {
                        return
                    }
                    functions.rows.add(a, b, to, output.count)
                }
            }
        }
    }

    /// `output += other`, number by number.
    package func add(_ other: Span<Float>, to output: inout MutableSpan<Float>) {
        precondition(other.count == output.count)
        other.withUnsafeBufferPointer { other in
            output.withUnsafeMutableBufferPointer { output in
                guard let from = other.baseAddress, let to = output.baseAddress else { return }
                functions.rows.add(from, to, to, output.count)
            }
        }
    }

    /// ``layerNorm(_:scale:bias:epsilon:into:)`` of the rows' sums with others, which are kept.
    ///
    /// - Parameters:
    ///   - other: as long as `input`.
    ///   - sum: receives `input + other`.
    package func layerNorm(
        _ input: Span<Float>, adding other: Span<Float>, sum: inout MutableSpan<Float>, scale: Span<Float>,
        bias: Span<Float>?, epsilon: Float, into output: inout MutableSpan<Float>
    ) {
        let length = scale.count
        precondition(input.count == output.count)
        guard input.count > 0 else { return }
        precondition(length > 0 && input.count % length == 0)
        // Row by row, so that the sum is read from the first cache.
        for start in stride(from: 0, to: input.count, by: length) {
            let range = start..<start + length
            var sumRow = sum._mutatingExtracting(range)
            add(input.extracting(range), other.extracting(range), into: &sumRow)
            var target = output._mutatingExtracting(range)
            layerNorm(sumRow.span, scale: scale, bias: bias, epsilon: epsilon, into: &target)
        }
    }

    /// ``rmsNorm(_:scale:epsilon:into:)`` of the rows' sums with others, which are kept.
    ///
    /// - Parameters:
    ///   - other: as long as `input`.
    ///   - sum: receives `input + other`.
    package func rmsNorm(
        _ input: Span<Float>, adding other: Span<Float>, sum: inout MutableSpan<Float>, scale: Span<Float>,
        epsilon: Float, into output: inout MutableSpan<Float>
    ) {
        let length = scale.count
        precondition(input.count == output.count)
        guard input.count > 0 else { return }
        precondition(length > 0 && input.count % length == 0)
        for start in stride(from: 0, to: input.count, by: length) {
            let range = start..<start + length
            var sumRow = sum._mutatingExtracting(range)
            add(input.extracting(range), other.extracting(range), into: &sumRow)
            var target = output._mutatingExtracting(range)
            rmsNorm(sumRow.span, scale: scale, epsilon: epsilon, into: &target)
        }
    }

    private func eachRow(
        of length: Int, _ input: Span<Float>, _ output: inout MutableSpan<Float>,
        _ body: (UnsafePointer<Float>, UnsafeMutablePointer<Float>) -> Void
    ) {
        precondition(input.count == output.count)
        guard input.count > 0 else { return }
        precondition(length > 0 && input.count % length == 0)
        input.withUnsafeBufferPointer { input in
            output.withUnsafeMutableBufferPointer { output in
                guard let from = input.baseAddress, let to = output.baseAddress else { return }
                for start in stride(from: 0, to: output.count, by: length) { body(from + start, to + start) }
            }
        }
    }
}
