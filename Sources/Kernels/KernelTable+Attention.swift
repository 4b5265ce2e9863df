extension KernelTable {
    /// `Σ a[k] * b[k]`.
    package func dot(_ a: Span<Float>, _ b: Span<Float>) -> Float {
        precondition(a.count == b.count)
        return a.withUnsafeBufferPointer { a in
            b.withUnsafeBufferPointer { b in
                guard let x = a.baseAddress, let y = b.baseAddress else { return 0 }
                return functions.rows.dot(x, y, a.count)
            }
        }
    }

    /// `output += factor * input`.
    package func addScaled(_ input: Span<Float>, factor: Float, to output: inout MutableSpan<Float>) {
        precondition(input.count == output.count)
        input.withUnsafeBufferPointer { input in
            output.withUnsafeMutableBufferPointer { output in
                guard let from = input.baseAddress, let to = output.baseAddress else { return }
                functions.rows.addScaled(from, factor, to, output.count)
            }
        }
    }

    /// Scores of a query with keys: `output[j] = factor * Σ query[k] * rows[j * stride + k]`.
    ///
    /// - Parameters:
    ///   - rows: one row of `query.count` numbers per number of the output.
    ///   - stride: numbers from the start of one row to the next.
    package func dotRows(
        _ query: Span<Float>, rows: Span<Float>, stride: Int, factor: Float,
        into output: inout MutableSpan<Float>
    ) {
        let length = query.count
        Self.checkRows(rows.count, rowCount: output.count, stride: stride, length: length)
        query.withUnsafeBufferPointer { query in
            rows.withUnsafeBufferPointer { rows in
                output.withUnsafeMutableBufferPointer { output in
                    guard let to = output.baseAddress else { return }
                    guard let query = query.baseAddress, let rows = rows.baseAddress else {
                        return output.update(repeating: 0)
                    }
                    functions.rows.dotRows(query, rows, stride, output.count, factor, to, length)
                }
            }
        }
    }

    /// Weighted sum of values: `output[k] = Σ weights[j] * rows[j * stride + k]`.
    ///
    /// - Parameters:
    ///   - rows: one row of `output.count` numbers per weight.
    ///   - stride: numbers from the start of one row to the next.
    package func sumScaledRows(
        _ weights: Span<Float>, rows: Span<Float>, stride: Int, into output: inout MutableSpan<Float>
    ) {
        Self.checkRows(rows.count, rowCount: weights.count, stride: stride, length: output.count)
        weights.withUnsafeBufferPointer { weights in
            rows.withUnsafeBufferPointer { rows in
                output.withUnsafeMutableBufferPointer { output in
                    guard let to = output.baseAddress else { return }
                    guard let from = weights.baseAddress, let rows = rows.baseAddress else {
                        return output.update(repeating: 0)
                    }
                    functions.rows.sumScaledRows(from, rows, stride, weights.count, to, output.count)
                }
            }
        }
    }

    private static func checkRows(_ count: Int, rowCount: Int, stride: Int, length: Int) {
        precondition(stride >= 0)
        guard rowCount > 0 else { return }
        let (last, overflow) = (rowCount - 1).multipliedReportingOverflow(by: stride)
        precondition(!overflow && last <= count - length, "rows beyond their span")
    }

    /// Rotary position embedding of one head, halves split: with `h = cos.count`,
    /// `y[i] = x[i] cos[i] - x[i + h] sin[i]` and `y[i + h] = x[i + h] cos[i] + x[i] sin[i]`.
    ///
    /// - Parameter input: `2 * cos.count` numbers.
    package func rotate(
        _ input: Span<Float>, cos: Span<Float>, sin: Span<Float>, into output: inout MutableSpan<Float>
    ) {
        let half = cos.count
        precondition(sin.count == half && input.count == 2 * half && output.count == 2 * half)
        input.withUnsafeBufferPointer { input in
            cos.withUnsafeBufferPointer { cos in
                sin.withUnsafeBufferPointer { sin in
                    output.withUnsafeMutableBufferPointer { output in
                        guard let from = input.baseAddress, let cos = cos.baseAddress,
                            let sin = sin.baseAddress, let to = output.baseAddress
                        else { return }
                        functions.rows.rotate(from, cos, sin, to, half)
                    }
                }
            }
        }
    }
}
