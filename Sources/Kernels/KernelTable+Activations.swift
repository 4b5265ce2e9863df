extension KernelTable {
    /// Functions of one number, to within a few units in the last place.
    package enum Activation: Sendable, CaseIterable {
        /// `e^x`.
        case exp
        /// The error function.
        case erf
        /// `x (1 + erf(x / √2)) / 2`, accurate in the negative tail too.
        case gelu
        /// `1 / (1 + e^-x)`.
        case sigmoid
        /// `x / (1 + e^-x)`.
        case silu
    }

    /// Applies a function to each number.
    package func apply(_ activation: Activation, _ input: Span<Float>, into output: inout MutableSpan<Float>)
    {
        precondition(input.count == output.count)
        let function = function(activation)
        input.withUnsafeBufferPointer { input in
            output.withUnsafeMutableBufferPointer { output in
                guard let from = input.baseAddress, let to = output.baseAddress else { return }
                function(from, to, output.count)
            }
        }
    }

    /// Applies a function to each number, in place.
    package func apply(_ activation: Activation, inPlace values: inout MutableSpan<Float>) {
        let function = function(activation)
        values.withUnsafeMutableBufferPointer { values in
            guard let base = values.baseAddress else { return }
            function(base, base, values.count)
        }
    }

    private func function(_ activation: Activation) -> RowFunctions.Unary {
        switch activation {
        case .exp: functions.rows.exp
        case .erf: functions.rows.erf
        case .gelu: functions.rows.gelu
        case .sigmoid: functions.rows.sigmoid
        case .silu: functions.rows.silu
        }
    }

    /// `silu(gate) * up`, number by number.
    package func siluProduct(gate: Span<Float>, up: Span<Float>, into output: inout MutableSpan<Float>) {
        precondition(gate.count == up.count && gate.count == output.count)
        gate.withUnsafeBufferPointer { gate in
            up.withUnsafeBufferPointer { up in
                output.withUnsafeMutableBufferPointer { output in
                    guard let gate = gate.baseAddress, let up = up.baseAddress, let to = output.baseAddress
                    else { return }
                    functions.rows.siluProduct(gate, up, to, output.count)
                }
            }
        }
    }

    /// Softmax of each row: `e^(x - max) / Σ e^(x - max)`. A row of equal numbers, be they the lowest finite
    /// ones of a mask, gives equal shares.
    ///
    /// - Parameter rowLength: numbers in a row; must divide the count.
    package func softmax(_ input: Span<Float>, rowLength: Int, into output: inout MutableSpan<Float>) {
        precondition(input.count == output.count)
        input.withUnsafeBufferPointer { input in
            output.withUnsafeMutableBufferPointer { output in
                guard let from = input.baseAddress, let to = output.baseAddress else { return }
                softmaxRows(from, to, count: output.count, rowLength: rowLength)
            }
        }
    }

    /// Softmax of each row, in place.
    package func softmax(inPlace values: inout MutableSpan<Float>, rowLength: Int) {
        values.withUnsafeMutableBufferPointer { values in
            guard let base = values.baseAddress else { return }
            softmaxRows(base, base, count: values.count, rowLength: rowLength)
        }
    }

    /// The largest number; minus infinity if there are none. NaN may go unnoticed.
    package func largest(_ input: Span<Float>) -> Float {
        input.withUnsafeBufferPointer { input in
            input.baseAddress.map { functions.rows.largest($0, input.count) } ?? -.infinity
        }
    }

    /// `Σ exp(x - offset)`; NaN if any number is, or if the offset is infinite.
    package func exponentialSum(_ input: Span<Float>, offset: Float) -> Float {
        input.withUnsafeBufferPointer { input in
            input.baseAddress.map { functions.rows.exponentialSum($0, offset, input.count) } ?? 0
        }
    }

    private func softmaxRows(
        _ input: UnsafePointer<Float>, _ output: UnsafeMutablePointer<Float>, count: Int, rowLength: Int
    ) {
        guard count > 0 else { return }
        precondition(rowLength > 0 && count % rowLength == 0)
        for start in stride(from: 0, to: count, by: rowLength) {
            functions.rows.softmax(input + start, output + start, rowLength)
        }
    }
}
